package spsc

// pauseTurns is how many turns of an empty loop a consumer that has caught up
// lets pass before it looks again, 25 to 50 ns on machines of 2 to 4 GHz: about the
// time in which a transfer of a line between neighbouring cores ends.
const pauseTurns = 100

// Await looks for an item up to looks times, once at least, and reports whether
// there is one, which the next Pop then returns. It is the way to poll: who calls Pop in a
// loop gets the same items at a fraction of the rate.
//
// The reason is the tail's line. A consumer that has caught up and looks again
// at once takes the line away from the producer, which needs it for the very
// push that the consumer waits for; the consumer then finds one item, catches
// up again, and each item from there on moves two lines across and back. Since
// the faster consumer catches up more often, the state lasts. One pause after the
// first look in vain ends it: what is pushed meanwhile costs the producer no
// transfer, and the next look brings it all. It delays nobody who waits for an
// answer, which takes longer than the pause; later looks follow without one.
//
// Measured with words through 1024 slots between neighbouring cores: 12 ns an
// item with the pause, 13 to 41 without; a round trip over two queues takes 1.1
// of the time that two goroutines need to pass a word there and back by plain
// polling. With twice the pause it is 10 ns and, from run to run, 0.9 or 1.4; with
// four times 8.4 ns and 1.4.
//
// It never blocks or allocates, and takes at most looks reads of the tail and
// the pause. Consumer only.
func (q *Queue[T]) Await(looks int) bool {
	c := &q.cons
	if c.at != c.seen || !q.drained() {
		return true
	}
	for range pauseTurns {
	}
	for range looks - 1 {
		if c.seen = q.tail.load(); c.seen != c.at { // takes the pushed slots, as in drained
			return true
		}
	}
	return false
}

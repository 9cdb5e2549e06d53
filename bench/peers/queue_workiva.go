package main

import "github.com/Workiva/go-datastructures/queue"

// workivaQueue is Workiva's ring buffer, for many producers and consumers. Its
// items are interfaces, so it stands in the rows of pointers only: a word would
// be allocated. It cannot be asked for an item that may not be there without
// either a time or giving up the processor, so the receiving end asks for the
// length first; what it then takes is there, or about to be.
func workivaQueue() contender[*job] {
	stream := func(slots int, in *items[*job]) ends {
		q := queue.NewRingBuffer(uint64(slots))
		return ends{
			a: func(n int) int { return workivaSend(q, in, n) },
			b: func(n int) int { return workivaReceive(q, in, n) },
		}
	}
	return contender[*job]{
		impl:   "workiva",
		stream: stream,
		batch:  func(slots, _ int, in *items[*job]) ends { return stream(slots, in) },
		echo: func(slots int, in *items[*job]) ends {
			q, back := queue.NewRingBuffer(uint64(slots)), queue.NewRingBuffer(uint64(slots))
			return ends{
				a: func(n int) int { return workivaStrike(q, back, in, n) },
				b: func(n int) int { return workivaAnswer(q, back, n) },
			}
		},
		single: func(slots int, in *items[*job]) ends {
			q := queue.NewRingBuffer(uint64(slots))
			return ends{a: func(n int) int { return workivaPushPop(q, in, n) }}
		},
	}
}

// workivaPush adds j once there is room.
func workivaPush(q *queue.RingBuffer, j *job) {
	for t := 0; ; t = spin(t) {
		if ok, err := q.Offer(j); ok {
			return
		} else if err != nil {
			panic(err) // disposed of, which nobody does
		}
	}
}

// workivaPop takes an item once there is one.
func workivaPop(q *queue.RingBuffer) *job {
	for t := 0; q.Len() == 0; t = spin(t) {
	}
	v, err := q.Get()
	if err != nil {
		panic(err)
	}
	return v.(*job)
}

func workivaSend(q *queue.RingBuffer, in *items[*job], n int) (wrong int) {
	for i, j := 0, 0; i < n; i, j = i+1, next(j) {
		workivaPush(q, in[j])
	}
	return 0
}

func workivaReceive(q *queue.RingBuffer, in *items[*job], n int) (wrong int) {
	for i, j := 0, 0; i < n; i, j = i+1, next(j) {
		if workivaPop(q) != in[j] {
			wrong++
		}
	}
	return wrong
}

func workivaStrike(q, back *queue.RingBuffer, in *items[*job], n int) (wrong int) {
	for i, j := 0, 0; i < n; i, j = i+1, next(j) {
		workivaPush(q, in[j])
		if workivaPop(back) != in[j] {
			wrong++
		}
	}
	return wrong
}

func workivaAnswer(q, back *queue.RingBuffer, n int) (wrong int) {
	for range n {
		workivaPush(back, workivaPop(q))
	}
	return 0
}

func workivaPushPop(q *queue.RingBuffer, in *items[*job], n int) (wrong int) {
	for i, j := 0, 0; i < n; i, j = i+1, next(j) {
		workivaPush(q, in[j])
		if workivaPop(q) != in[j] {
			wrong++
		}
	}
	return wrong
}

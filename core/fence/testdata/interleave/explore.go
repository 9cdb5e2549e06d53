package main

import (
	"fmt"
	"iter"

	"credence/core/xatomic"
)

// scenario is a few threads that meet at a world. preemptions bounds how often
// a schedule takes the turn from a thread that could go on.
type scenario struct {
	name        string
	preemptions int
	early       bool // handlers call Done, and go on a little
	pair        bool // f and g are the fences of one pair
	threads     []func(w *world)
}

// thread is a coroutine that stops before each atomic operation.
type thread struct {
	next func() (struct{}, bool)
	step func()
	done bool
}

func start(body func()) *thread {
	t := new(thread)
	t.next, _ = iter.Pull(func(yield func(struct{}) bool) {
		t.step = func() { yield(struct{}{}) }
		t.step() // until its first turn
		body()
	})
	t.next()
	return t
}

// turn lets t go on up to its next atomic operation.
func (t *thread) turn() {
	xatomic.Step = t.step
	_, more := t.next()
	t.done = !more
}

// choice is which of n threads was given the turn.
type choice struct{ i, n int }

// explore plays every schedule within the bound, depth first, and returns how
// many there are, or the first whose outcome is wrong.
func (s *scenario) explore() (schedules int, err error) {
	var path []choice
	for {
		schedules++
		taken, err := s.play(path)
		if err != nil {
			return schedules, fmt.Errorf("%w; turns %v", err, taken)
		}
		last := len(taken) - 1
		for last >= 0 && taken[last].i+1 == taken[last].n {
			last--
		}
		if last < 0 {
			return schedules, nil
		}
		path = append(path[:0], taken[:last+1]...)
		path[last].i++
	}
}

// play follows path to its end and then changes threads only where one ends. It
// returns all choices there were, or those up to a panic.
func (s *scenario) play(path []choice) (taken []choice, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	xatomic.Step = func() {}
	w := newWorld(s)
	threads := make([]*thread, len(s.threads))
	for i, body := range s.threads {
		threads[i] = start(func() { body(w) })
	}
	last, left := -1, s.preemptions
	for {
		can := runnable(threads, last, left)
		if len(can) == 0 {
			break
		}
		c := choice{0, len(can)}
		if len(taken) < len(path) {
			c.i = path[len(taken)].i
		}
		taken = append(taken, c)
		t := can[c.i]
		if last >= 0 && t != last && !threads[last].done {
			left--
		}
		threads[t].turn()
		last = t
	}
	xatomic.Step = func() {}
	return taken, w.judge()
}

// runnable returns the threads that may have the turn, the one that had it
// first, if it can go on.
func runnable(threads []*thread, last, preemptions int) []int {
	var can []int
	if last >= 0 && !threads[last].done {
		can = append(can, last)
		if preemptions == 0 {
			return can
		}
	}
	for i, t := range threads {
		if i != last && !t.done {
			can = append(can, i)
		}
	}
	return can
}

package main

// chanQueue is Go's buffered channel. Both ends poll it with a default case, as
// they poll every other queue: blocking on it would park a pinned thread, which
// costs a system call on either side. It has no batch operations: its batch
// rows go item by item.
func chanQueue[T comparable]() contender[T] {
	stream := func(slots int, in *items[T]) ends {
		q := make(chan T, slots)
		return ends{
			a: func(n int) int { return chanSend(q, in, n) },
			b: func(n int) int { return chanReceive(q, in, n) },
		}
	}
	return contender[T]{
		impl:   "chan",
		stream: stream,
		batch:  func(slots, _ int, in *items[T]) ends { return stream(slots, in) },
		echo: func(slots int, in *items[T]) ends {
			q, back := make(chan T, slots), make(chan T, slots)
			return ends{
				a: func(n int) int { return chanStrike(q, back, in, n) },
				b: func(n int) int { return chanAnswer(q, back, n) },
			}
		},
		single: func(slots int, in *items[T]) ends {
			q := make(chan T, slots)
			return ends{a: func(n int) int { return chanPushPop(q, in, n) }}
		},
	}
}

// tryPush sends v if there is room and reports whether it did.
func tryPush[T any](q chan T, v T) bool {
	select {
	case q <- v:
		return true
	default:
		return false
	}
}

// tryPop receives an item if there is one and reports whether it did.
func tryPop[T any](q chan T) (v T, ok bool) {
	select {
	case v := <-q:
		return v, true
	default:
		return v, false
	}
}

func chanSend[T comparable](q chan T, in *items[T], n int) (wrong int) {
	for i, j := 0, 0; i < n; i, j = i+1, next(j) {
		for t := 0; !tryPush(q, in[j]); t = spin(t) {
		}
	}
	return 0
}

func chanReceive[T comparable](q chan T, in *items[T], n int) (wrong int) {
	for i, j := 0, 0; i < n; i, j = i+1, next(j) {
		v, ok := tryPop(q)
		for t := 0; !ok; t = spin(t) {
			v, ok = tryPop(q)
		}
		if v != in[j] {
			wrong++
		}
	}
	return wrong
}

func chanStrike[T comparable](q, back chan T, in *items[T], n int) (wrong int) {
	for i, j := 0, 0; i < n; i, j = i+1, next(j) {
		for t := 0; !tryPush(q, in[j]); t = spin(t) {
		}
		v, ok := tryPop(back)
		for t := 0; !ok; t = spin(t) {
			v, ok = tryPop(back)
		}
		if v != in[j] {
			wrong++
		}
	}
	return wrong
}

func chanAnswer[T comparable](q, back chan T, n int) (wrong int) {
	for range n {
		v, ok := tryPop(q)
		for t := 0; !ok; t = spin(t) {
			v, ok = tryPop(q)
		}
		for t := 0; !tryPush(back, v); t = spin(t) {
		}
	}
	return 0
}

func chanPushPop[T comparable](q chan T, in *items[T], n int) (wrong int) {
	for i, j := 0, 0; i < n; i, j = i+1, next(j) {
		pushed := tryPush(q, in[j])
		v, ok := tryPop(q)
		if !pushed || !ok || v != in[j] {
			wrong++
		}
	}
	return wrong
}

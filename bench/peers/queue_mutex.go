package main

// mutexQueue is the ring under a lock. Its batch rows take the lock once for
// each batch.
func mutexQueue[T comparable]() contender[T] {
	return contender[T]{
		impl: "mutex",
		stream: func(slots int, in *items[T]) ends {
			q := newMutexRing[T](slots)
			return ends{
				a: func(n int) int { return mutexSend(q, in, n) },
				b: func(n int) int { return mutexReceive(q, in, n) },
			}
		},
		batch: func(slots, k int, in *items[T]) ends {
			q, out := newMutexRing[T](slots), make([]T, k)
			return ends{
				a: func(n int) int { return mutexSendBatch(q, in, k, n) },
				b: func(n int) int { return mutexReceiveBatch(q, in, out, n) },
			}
		},
		echo: func(slots int, in *items[T]) ends {
			q, back := newMutexRing[T](slots), newMutexRing[T](slots)
			return ends{
				a: func(n int) int { return mutexStrike(q, back, in, n) },
				b: func(n int) int { return mutexAnswer(q, back, n) },
			}
		},
		single: func(slots int, in *items[T]) ends {
			q := newMutexRing[T](slots)
			return ends{a: func(n int) int { return mutexPushPop(q, in, n) }}
		},
	}
}

func mutexSend[T comparable](q *mutexRing[T], in *items[T], n int) (wrong int) {
	for i, j := 0, 0; i < n; i, j = i+1, next(j) {
		for t := 0; !q.tryPush(in[j]); t = spin(t) {
		}
	}
	return 0
}

func mutexReceive[T comparable](q *mutexRing[T], in *items[T], n int) (wrong int) {
	for i, j := 0, 0; i < n; i, j = i+1, next(j) {
		v, ok := q.tryPop()
		for t := 0; !ok; t = spin(t) {
			v, ok = q.tryPop()
		}
		if v != in[j] {
			wrong++
		}
	}
	return wrong
}

func mutexSendBatch[T comparable](q *mutexRing[T], in *items[T], k, n int) (wrong int) {
	for i, j, t := 0, 0, 0; i < n; {
		pushed := q.pushBatch(in[j : j+min(k, n-i)])
		if pushed == 0 {
			t = spin(t)
			continue
		}
		i, j, t = i+pushed, skip(j, pushed), 0
	}
	return 0
}

func mutexReceiveBatch[T comparable](q *mutexRing[T], in *items[T], out []T, n int) (wrong int) {
	for i, j, t := 0, 0, 0; i < n; {
		popped := q.popBatch(out)
		if popped == 0 {
			t = spin(t)
			continue
		}
		wrong += differ(in, j, out[:popped])
		i, j, t = i+popped, skip(j, popped), 0
	}
	return wrong
}

func mutexStrike[T comparable](q, back *mutexRing[T], in *items[T], n int) (wrong int) {
	for i, j := 0, 0; i < n; i, j = i+1, next(j) {
		for t := 0; !q.tryPush(in[j]); t = spin(t) {
		}
		v, ok := back.tryPop()
		for t := 0; !ok; t = spin(t) {
			v, ok = back.tryPop()
		}
		if v != in[j] {
			wrong++
		}
	}
	return wrong
}

func mutexAnswer[T comparable](q, back *mutexRing[T], n int) (wrong int) {
	for range n {
		v, ok := q.tryPop()
		for t := 0; !ok; t = spin(t) {
			v, ok = q.tryPop()
		}
		for t := 0; !back.tryPush(v); t = spin(t) {
		}
	}
	return 0
}

func mutexPushPop[T comparable](q *mutexRing[T], in *items[T], n int) (wrong int) {
	for i, j := 0, 0; i < n; i, j = i+1, next(j) {
		pushed := q.tryPush(in[j])
		v, ok := q.tryPop()
		if !pushed || !ok || v != in[j] {
			wrong++
		}
	}
	return wrong
}

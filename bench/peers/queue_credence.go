package main

import "credence/core/spsc"

// credenceQueue is the project's own queue.
func credenceQueue[T comparable]() contender[T] {
	return contender[T]{
		impl: "credence",
		stream: func(slots int, in *items[T]) ends {
			q := spsc.New[T](slots)
			return ends{
				a: func(n int) int { return credenceSend(q, in, n) },
				b: func(n int) int { return credenceReceive(q, in, n) },
			}
		},
		batch: func(slots, k int, in *items[T]) ends {
			q, out := spsc.New[T](slots), make([]T, k)
			return ends{
				a: func(n int) int { return credenceSendBatch(q, in, k, n) },
				b: func(n int) int { return credenceReceiveBatch(q, in, out, n) },
			}
		},
		echo: func(slots int, in *items[T]) ends {
			q, back := spsc.New[T](slots), spsc.New[T](slots)
			return ends{
				a: func(n int) int { return credenceStrike(q, back, in, n) },
				b: func(n int) int { return credenceAnswer(q, back, n) },
			}
		},
		single: func(slots int, in *items[T]) ends {
			q := spsc.New[T](slots)
			return ends{a: func(n int) int { return credencePushPop(q, in, n) }}
		},
	}
}

func credenceSend[T comparable](q *spsc.Queue[T], in *items[T], n int) (wrong int) {
	for i, j := 0, 0; i < n; i, j = i+1, next(j) {
		for t := 0; !q.TryPush(in[j]); t = spin(t) {
		}
	}
	return 0
}

func credenceReceive[T comparable](q *spsc.Queue[T], in *items[T], n int) (wrong int) {
	for i, j := 0, 0; i < n; i, j = i+1, next(j) {
		for !q.Await(spinLimit) {
			giveUp()
		}
		v, _ := q.Pop()
		if v != in[j] {
			wrong++
		}
	}
	return wrong
}

func credenceSendBatch[T comparable](q *spsc.Queue[T], in *items[T], k, n int) (wrong int) {
	for i, j, t := 0, 0, 0; i < n; {
		pushed := q.PushBatch(in[j : j+min(k, n-i)])
		if pushed == 0 {
			t = spin(t)
			continue
		}
		i, j, t = i+pushed, skip(j, pushed), 0
	}
	return 0
}

func credenceReceiveBatch[T comparable](
	q *spsc.Queue[T], in *items[T], out []T, n int,
) (wrong int) {
	for i, j := 0, 0; i < n; {
		for !q.Await(spinLimit) {
			giveUp()
		}
		popped := q.PopBatch(out)
		wrong += differ(in, j, out[:popped])
		i, j = i+popped, skip(j, popped)
	}
	return wrong
}

func credenceStrike[T comparable](q, back *spsc.Queue[T], in *items[T], n int) (wrong int) {
	for i, j := 0, 0; i < n; i, j = i+1, next(j) {
		for t := 0; !q.TryPush(in[j]); t = spin(t) {
		}
		for !back.Await(spinLimit) {
			giveUp()
		}
		v, _ := back.Pop()
		if v != in[j] {
			wrong++
		}
	}
	return wrong
}

func credenceAnswer[T comparable](q, back *spsc.Queue[T], n int) (wrong int) {
	for range n {
		for !q.Await(spinLimit) {
			giveUp()
		}
		v, _ := q.Pop()
		for t := 0; !back.TryPush(v); t = spin(t) {
		}
	}
	return 0
}

func credencePushPop[T comparable](q *spsc.Queue[T], in *items[T], n int) (wrong int) {
	for i, j := 0, 0; i < n; i, j = i+1, next(j) {
		pushed := q.TryPush(in[j])
		v, ok := q.Pop()
		if !pushed || !ok || v != in[j] {
			wrong++
		}
	}
	return wrong
}

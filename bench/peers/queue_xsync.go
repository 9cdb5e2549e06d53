package main

import "github.com/puzpuzpuz/xsync/v4"

// The loops below are written out once per contender, although they read alike:
// a call through an interface or a type parameter costs about as much as what
// is measured, so each loop names its queue's type and the compiler inlines it.

// xsyncQueue is xsync's single-producer single-consumer queue, the anchor of
// the queue rows. It has no batch operations: its batch rows go item by item.
func xsyncQueue[T comparable]() contender[T] {
	stream := func(slots int, in *items[T]) ends {
		q := xsync.NewSPSCQueue[T](slots)
		return ends{
			a: func(n int) int { return xsyncSend(q, in, n) },
			b: func(n int) int { return xsyncReceive(q, in, n) },
		}
	}
	return contender[T]{
		impl:   "xsync",
		stream: stream,
		batch:  func(slots, _ int, in *items[T]) ends { return stream(slots, in) },
		echo: func(slots int, in *items[T]) ends {
			q, back := xsync.NewSPSCQueue[T](slots), xsync.NewSPSCQueue[T](slots)
			return ends{
				a: func(n int) int { return xsyncStrike(q, back, in, n) },
				b: func(n int) int { return xsyncAnswer(q, back, n) },
			}
		},
		single: func(slots int, in *items[T]) ends {
			q := xsync.NewSPSCQueue[T](slots)
			return ends{a: func(n int) int { return xsyncPushPop(q, in, n) }}
		},
	}
}

func xsyncSend[T comparable](q *xsync.SPSCQueue[T], in *items[T], n int) (wrong int) {
	for i, j := 0, 0; i < n; i, j = i+1, next(j) {
		for t := 0; !q.TryEnqueue(in[j]); t = spin(t) {
		}
	}
	return 0
}

func xsyncReceive[T comparable](q *xsync.SPSCQueue[T], in *items[T], n int) (wrong int) {
	for i, j := 0, 0; i < n; i, j = i+1, next(j) {
		v, ok := q.TryDequeue()
		for t := 0; !ok; t = spin(t) {
			v, ok = q.TryDequeue()
		}
		if v != in[j] {
			wrong++
		}
	}
	return wrong
}

func xsyncStrike[T comparable](q, back *xsync.SPSCQueue[T], in *items[T], n int) (wrong int) {
	for i, j := 0, 0; i < n; i, j = i+1, next(j) {
		for t := 0; !q.TryEnqueue(in[j]); t = spin(t) {
		}
		v, ok := back.TryDequeue()
		for t := 0; !ok; t = spin(t) {
			v, ok = back.TryDequeue()
		}
		if v != in[j] {
			wrong++
		}
	}
	return wrong
}

func xsyncAnswer[T comparable](q, back *xsync.SPSCQueue[T], n int) (wrong int) {
	for range n {
		v, ok := q.TryDequeue()
		for t := 0; !ok; t = spin(t) {
			v, ok = q.TryDequeue()
		}
		for t := 0; !back.TryEnqueue(v); t = spin(t) {
		}
	}
	return 0
}

func xsyncPushPop[T comparable](q *xsync.SPSCQueue[T], in *items[T], n int) (wrong int) {
	for i, j := 0, 0; i < n; i, j = i+1, next(j) {
		pushed := q.TryEnqueue(in[j])
		v, ok := q.TryDequeue()
		if !pushed || !ok || v != in[j] {
			wrong++
		}
	}
	return wrong
}

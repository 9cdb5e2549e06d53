package main

// A contender makes the ends of each kind of row for one queue and one type of
// item. Every queue has at least slots slots.
type contender[T comparable] struct {
	impl   string
	stream func(slots int, in *items[T]) ends    // a pushes n items, b pops them
	batch  func(slots, k int, in *items[T]) ends // the same, k items at a time
	echo   func(slots int, in *items[T]) ends    // n round trips over two queues
	single func(slots int, in *items[T]) ends    // one goroutine: push, pop, n times
}

// pointerQueues returns the queues that carry pointers: one more.
func pointerQueues() []contender[*job] { return append(queues[*job](), workivaQueue()) }

// queues returns the queues that are compared, in the order of the report.
func queues[T comparable]() []contender[T] {
	return []contender[T]{
		credenceQueue[T](), xsyncQueue[T](), chanQueue[T](), mutexQueue[T](),
	}
}

// The program of TestAtomicSteps, which builds it as a package of the module:
// it prints how many atomic operations each call executes.
package main

import (
	"fmt"

	"credence/core/fence"
	"credence/core/xatomic"
)

type handler struct{ early bool }

func (h handler) FenceSignaled(_ *fence.Fence, cb *fence.Callback) {
	if h.early {
		cb.Done()
	}
}

var (
	f     fence.Single
	p     fence.Pair
	a     [8]fence.Callback
	early fence.Callback
)

func arm(n int) func() {
	return func() {
		for i := range n {
			f.Arm(&a[i])
		}
	}
}

func armEarly() { f.Arm(&early) }

func count(name string, before, do func()) {
	f.Init(1, 1, nil)
	p.Init(1, 1, nil, 3)
	if before != nil {
		before()
	}
	rmws, stores := xatomic.RMWs, xatomic.Stores
	do()
	fmt.Printf("%-38s %2d rmw, %d store\n", name, xatomic.RMWs-rmws, xatomic.Stores-stores)
	// At rest again, for the next one.
	f.Signal()
	p.Scheduled.Signal()
	p.Finished.Signal()
}

func main() {
	for i := range a {
		a[i].Init(handler{})
	}
	early.Init(handler{early: true})
	left := func() { arm(3)(); a[1].Disarm() } // behind a newer one
	count("init", nil, func() { p.Init(1, 2, nil, 2) })
	count("signal, nobody watches", nil, func() { f.Signal() })
	count("signal with error, nobody watches", nil, func() { f.SignalError(fence.EIO) })
	count("signal and put, nobody watches", nil, func() { p.Finished.SignalPut(fence.EIO) })
	count("signal and put of the last reference", nil, func() { f.SignalPut(fence.OK) })
	count("signal, signalled already", func() { f.Signal() }, func() { f.Signal() })
	count("get", nil, func() { f.Get() })
	count("put", func() { f.Get() }, func() { f.Put() })
	count("try get", nil, func() { f.TryGet() })
	count("look", nil, func() { _, _, _ = f.Signaled(), f.Err(), p.Sole() })
	count("arm the first", nil, arm(1))
	count("arm the second", arm(1), func() { f.Arm(&a[1]) })
	count("arm the third", arm(2), func() { f.Arm(&a[2]) })
	count("arm on a signalled fence", func() { f.Signal() }, arm(1))
	count("disarm the newest", arm(1), func() { a[0].Disarm() })
	count("disarm before another", arm(2), func() { a[0].Disarm() })
	count("disarm behind a newer one", arm(3), func() { a[1].Disarm() })
	count("arm again where it stands", left, func() { f.Arm(&a[1]) })
	count("signal, one callback", arm(1), func() { f.Signal() })
	count("signal, one callback that calls Done", armEarly, func() { f.Signal() })
	count("signal and put, one callback", arm(1), func() { f.SignalPut(fence.OK) })
	count("signal, eight callbacks", arm(8), func() { f.Signal() })
	count("signal, one left behind a newer one", left, func() { f.Signal() })
	count("set error", nil, func() { f.SetError(fence.EIO) })
	count("signal, the only watcher left", func() { arm(1)(); a[0].Disarm() }, func() { f.Signal() })
}

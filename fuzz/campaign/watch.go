package campaign

import (
	"fmt"
	"runtime/metrics"
	"sync"
	"syscall"
	"time"

	"credence/fuzz/target"
)

// What one program may take. A program of the longest sort takes milliseconds. It
// is the time of the processor that counts, and for one that waits for itself the
// looks at it, so a machine that is stopped for a while accuses nobody.
const (
	maxTime   = 4 * time.Second
	maxMemory = 2 << 30
	lookEvery = 100 * time.Millisecond
	maxLooks  = 150
)

// Hang is what stands in the place of the invariant for an input that does not
// end.
const Hang = "hang"

// watch knows what is being run, for whoever looks whether it ends.
type watch struct {
	most time.Duration // of processor time; fixed before guard
	lock sync.Mutex
	lane *lane // nil: nothing
	in   input
	runs uint64
}

func (w *watch) begin(l *lane, in input) {
	w.lock.Lock()
	w.lane, w.in = l, in
	w.runs++
	w.lock.Unlock()
}

func (w *watch) end() { w.begin(nil, input{}) }

// guard looks at what is run until the returned function is called.
func (x *campaign) guard() (end func()) {
	done := make(chan struct{})
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		t := time.NewTicker(lookEvery)
		defer t.Stop()
		var seen uint64
		var since time.Duration
		looks := 0
		for {
			select {
			case <-done:
				return
			case <-t.C:
			}
			x.watch.lock.Lock()
			l, in, run := x.watch.lane, x.watch.in, x.watch.runs
			x.watch.lock.Unlock()
			if l == nil || run != seen {
				seen, since, looks = run, processorTime(), 0
				continue
			}
			took := processorTime() - since
			if looks++; took > x.watch.most || looks > maxLooks || heap() > maxMemory {
				x.Hung(x.hang(l, in, took))
				return
			}
		}
	}()
	return func() { close(done); <-ended }
}

func (x *campaign) hang(l *lane, in input, took time.Duration) *Find {
	f := &target.Finding{
		Invariant: Hang, Operation: "run", Class: Hang + "/" + l.Name, Program: in.program,
		Message: fmt.Sprintf("no end in sight: %.1f s of processor time, %d MiB in use",
			took.Seconds(), heap()>>20),
	}
	return &Find{
		Finding: f, Target: l.Name, Data: in.encode(), Engine: Own, After: time.Since(x.start),
	}
}

// processorTime returns what the process has used.
func processorTime() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func heap() uint64 {
	s := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(s)
	return s[0].Value.Uint64()
}

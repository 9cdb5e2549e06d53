package campaign

import (
	"fmt"
	"runtime/metrics"
	"sync"
	"syscall"
	"time"

	"credence/fuzz/prog"
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

// watch knows what is being run, for whoever looks whether it ends.
type watch struct {
	most    time.Duration // of processor time; fixed before guard
	lock    sync.Mutex
	program *prog.Program // nil: nothing
	runs    uint64
}

func (w *watch) begin(p *prog.Program) {
	w.lock.Lock()
	w.program = p
	w.runs++
	w.lock.Unlock()
}

func (w *watch) end() { w.begin(nil) }

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
			p, run := x.watch.program, x.watch.runs
			x.watch.lock.Unlock()
			if p == nil || run != seen {
				seen, since, looks = run, processorTime(), 0
				continue
			}
			took := processorTime() - since
			if looks++; took > x.watch.most || looks > maxLooks || heap() > maxMemory {
				x.Hung(x.hang(p, took))
				return
			}
		}
	}()
	return func() { close(done); <-ended }
}

func (x *campaign) hang(p *prog.Program, took time.Duration) *Find {
	f := &target.Finding{
		Invariant: "hang", Operation: "run", At: len(p.Ops), Class: "hang/run", Program: p,
		Message: fmt.Sprintf("no end in sight: %.1f s of processor time, %d MiB in use",
			took.Seconds(), heap()>>20),
	}
	return &Find{Finding: f, After: time.Since(x.start)}
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

//go:build invariants || gofuzz || gofuzz_libfuzzer || libfuzzer

package live

import (
	"bytes"
	"runtime"
	"strconv"
	"sync"
)

// workers are the workers that run, by goroutine.
var workers struct {
	sync.Mutex
	by map[uint64]*Worker
}

// goroutine returns the number of the calling goroutine, as the first line of
// its stack has it: "goroutine 7 [running]:".
func goroutine() uint64 {
	var b [64]byte
	fields := bytes.Fields(b[:runtime.Stack(b[:], false)])
	n, err := strconv.ParseUint(string(fields[1]), 10, 64)
	if err != nil {
		panic("live: a goroutine's stack does not begin with its number: " + string(b[:]))
	}
	return n
}

func workerOf(goroutine uint64) *Worker {
	workers.Lock()
	defer workers.Unlock()
	return workers.by[goroutine]
}

// enlist makes w the worker that the calling goroutine is.
func (w *Worker) enlist() {
	workers.Lock()
	defer workers.Unlock()
	if workers.by == nil {
		workers.by = make(map[uint64]*Worker)
	}
	workers.by[goroutine()] = w
}

// discharge ends that.
func (w *Worker) discharge() {
	workers.Lock()
	defer workers.Unlock()
	delete(workers.by, goroutine())
}

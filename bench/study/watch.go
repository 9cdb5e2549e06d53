package study

import (
	"math/big"
	"math/bits"

	"credence/core/fence"
	"credence/core/sched"
	"credence/hwmock/device"
	"credence/hwmock/rig"
)

// watch follows one run: who is served, and who waits at the head of a queue.
type watch struct {
	entities []watched // by id
	jobs     []uint64  // done without error, by client
	longest  fence.Duration
}

var _ rig.Tracer = (*watch)(nil)

// watched is one entity.
type watched struct {
	client int
	queued int
	head   fence.Time // since when the job at the head is there
}

// AddClient counts the clients, which come in the order of their indices.
func (w *watch) AddClient(int, string) { w.jobs = append(w.jobs, 0) }

// AddEntity notes whose an entity is; they come in the order of their ids.
func (w *watch) AddEntity(_ uint32, client int) {
	w.entities = append(w.entities, watched{client: client})
}

// Observe follows a job from its push to its end.
func (w *watch) Observe(e sched.Event) {
	if e.Kind == sched.EventWarn {
		return
	}
	x := &w.entities[e.Entity]
	switch e.Kind {
	case sched.EventQueue:
		if x.queued++; x.queued == 1 {
			x.head = e.At
		}
	case sched.EventRun:
		w.longest = max(w.longest, e.At.Sub(x.head))
		x.queued--
		x.head = e.At
	case sched.EventDone:
		if e.Err == fence.OK {
			w.jobs[x.client]++
		}
	}
}

// wait returns the longest wait of a head, up to the end of the run.
func (w *watch) wait(end fence.Time) fence.Duration {
	d := w.longest
	for _, x := range w.entities {
		if x.queued > 0 {
			d = max(d, end.Sub(x.head))
		}
	}
	return d
}

// AddScheduler, Depend, Submit, Credits and ObserveDevice are of no interest.
func (*watch) AddScheduler(uint32, []string, []uint32)                     {}
func (*watch) Depend(fence.Time, uint64, *fence.Fence)                     {}
func (*watch) Submit(fence.Time, uint64, uint32, fence.Time, *fence.Fence) {}
func (*watch) Credits(at fence.Time, sched uint32, lane int, n uint32)     {}
func (*watch) ObserveDevice(device.Event)                                  {}

// whole is the whole of a share.
const whole = 1_000_000

// share returns n * whole / of, rounded down, and 0 of nothing.
func share(n, of uint64) int64 {
	if of == 0 {
		return 0
	}
	hi, lo := bits.Mul64(n, whole)
	q, _ := bits.Div64(hi, lo, of)
	return int64(q)
}

// jain returns the index of R. Jain, D. Chiu and W. Hawe (1984) of what clients
// got, (sum x)^2 / (n * sum x^2), in parts per million rounded down. Nothing for
// anybody is even.
//
// Requires: the sum is at most sim.MaxJobs, so that its square is an integer.
func jain(got []uint64) int64 {
	var sum, squares uint64
	for _, x := range got {
		sum += x
		squares += x * x
	}
	if sum == 0 {
		return whole
	}
	below := new(big.Int).Mul(big.NewInt(int64(len(got))), new(big.Int).SetUint64(squares))
	above := new(big.Int).Mul(new(big.Int).SetUint64(sum*sum), big.NewInt(whole))
	return above.Div(above, below).Int64()
}

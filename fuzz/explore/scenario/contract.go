//go:build explore

package scenario

import (
	"fmt"

	"credence/core/xatomic"
	"credence/fuzz/explore"
)

// Release is a step of a completion.
type Release byte

// The steps. The scheduler does all but Retire, which is the backend's.
const (
	Free   Release = 'f' // the resource may be used again
	Signal Release = 's' // the hardware fence is signalled
	Retire Release = 'r' // the job leaves the backend's list of those in flight
	Wake   Release = 'w' // workers that sleep look again
)

// Cell is one reading of "name a fence to wait for if there is no room": a
// worker that has a job asks, takes, and otherwise waits for the oldest job in
// flight.
type Cell struct {
	Order [4]Release // of a completion
	// Before: the worker takes its reference to the oldest job's fence before it
	// looks whether there is room; otherwise after it.
	Before bool
	// MissingRuns: no room, and nothing in flight to wait for, means that the job
	// runs; otherwise the worker sleeps until the next wake-up.
	MissingRuns bool
	InFlight    int // that the hardware has room for, and has at the start: 1 or 2
	Submitters  int // workers with a job each: 1 or 2
}

// String names the cell, such as "contract/fsrw before block 1-2" for room for one
// job and two schedulers.
func (c Cell) String() string {
	when, missing := "after", "block"
	if c.Before {
		when = "before"
	}
	if c.MissingRuns {
		missing = "run"
	}
	return fmt.Sprintf("contract/%s %s %s %d-%d",
		string([]byte{byte(c.Order[0]), byte(c.Order[1]), byte(c.Order[2]), byte(c.Order[3])}),
		when, missing, c.InFlight, c.Submitters)
}

// Orders returns all orders of the steps, by name.
func Orders() (list [][4]Release) {
	steps := [4]Release{Free, Retire, Signal, Wake}
	var order [4]Release
	var fill func(at int, left [4]Release)
	fill = func(at int, left [4]Release) {
		if at == len(order) {
			list = append(list, order)
			return
		}
		for i, s := range left {
			if s != 0 {
				order[at] = s
				rest := left
				rest[i] = 0
				fill(at+1, rest)
			}
		}
	}
	fill(0, steps)
	return list
}

// Cells returns all cells of the table, in its order.
func Cells() (list []Cell) {
	for _, o := range Orders() {
		for _, submitters := range []int{1, 2} {
			for _, inFlight := range []int{1, 2} {
				for _, before := range []bool{false, true} {
					for _, runs := range []bool{false, true} {
						list = append(list, Cell{o, before, runs, inFlight, submitters})
					}
				}
			}
		}
	}
	return list
}

// Scenario makes the cell one that can be played like others: expected to pass.
func (c Cell) Scenario() Scenario {
	return Scenario{
		Name: c.String(), Doc: "a cell of the contract table", Options: c.options(),
		Holds: "the workers' jobs run, and the hardware is never overrun",
		New:   func() *explore.Program { return c.Program(true) },
	}
}

func (c Cell) options() explore.Options {
	if c.Submitters == 2 {
		return bounded2
	}
	return explore.Options{}
}

// Outcome is what can become of a cell.
type Outcome struct {
	Sleeps   bool // a worker sleeps for ever
	Overruns bool // the hardware is given more than it has room for
	Spins    bool // a worker goes round without sleeping until a completion goes on
	Coverage explore.Coverage
	// Executions were played.
	Executions int
}

// String is the outcome in a table: B for sleeps, O for overruns, s for spins.
func (o Outcome) String() string {
	s := ""
	if o.Sleeps {
		s += "B"
	}
	if o.Overruns {
		s += "O"
	}
	if s == "" {
		s = "ok"
	}
	if o.Spins {
		s += "s"
	}
	return s
}

// Settle plays the cell, and returns all that can become of it.
func (c Cell) Settle() (Outcome, error) { return settle(c.Program, c.options()) }

// settle plays a program twice: with threads that may go round, for what becomes of
// it, and without, for whether they do.
func settle(program func(spinning bool) *explore.Program, options explore.Options) (
	out Outcome, err error,
) {
	options.Each = func(x *explore.Execution) bool {
		out.Sleeps = out.Sleeps || x.Verdict == explore.LostWakeup
		out.Overruns = out.Overruns || x.Verdict == explore.Assertion
		out.Spins = out.Spins || x.Verdict == explore.Livelock || x.Verdict == explore.StepLimit
		return x.Verdict != explore.DataRace
	}
	r, err := explore.Run(program(true), options)
	if err != nil {
		return out, err
	}
	out.Coverage, out.Executions = r.Coverage, r.Executions
	options.Each = func(x *explore.Execution) bool {
		out.Spins = out.Spins || x.Verdict == explore.BusyLoop
		return x.Verdict != explore.BusyLoop
	}
	_, err = explore.Run(program(false), options)
	return out, err
}

// oldest is hardware with a list of what it has in flight, of which the workers
// see how many were issued and how many retired.
type oldest struct {
	c        Cell
	used     xatomic.Uint32
	issued   xatomic.Uint32
	retired  xatomic.Uint32
	signaled [6]xatomic.Uint32
	armed    [2]xatomic.Uint32
	wq       [2]xatomic.Parker
}

func newOldest(c Cell) *oldest {
	h := &oldest{c: c}
	h.used.Store(uint32(c.InFlight))
	h.issued.Store(uint32(c.InFlight))
	for w := range c.Submitters {
		h.wq[w] = xatomic.NewParker()
	}
	return h
}

// Program builds the cell's; spinning says whether the workers may go round.
func (c Cell) Program(spinning bool) *explore.Program {
	h := newOldest(c)
	p := &explore.Program{Name: c.String(), State: h}
	for w := range c.Submitters {
		p.Threads = append(p.Threads, explore.Thread{
			Name: "worker" + suffix(w, c.Submitters), Polls: spinning, Run: func() { h.work(w) },
		})
	}
	p.Threads = append(p.Threads, explore.Thread{
		Name: "irq", Role: explore.Interrupt, Polls: true, Run: h.irq,
	})
	return p
}

// work runs one job.
func (h *oldest) work(w int) {
	for {
		h.armed[w].Store(1)
		full, f := h.ask()
		switch {
		case !full:
			if u := h.used.Load(); u < uint32(h.c.InFlight) && h.used.CompareAndSwap(u, u+1) {
				h.issued.Add(1)
				return
			}
		case f >= 0:
			h.waitFor(w, f)
		case h.c.MissingRuns:
			if n := h.used.Add(1); n > uint32(h.c.InFlight) {
				explore.Failf("%d jobs in hardware that has room for %d", n, h.c.InFlight)
			}
			h.issued.Add(1)
			return
		default:
			h.wq[w].Park()
		}
	}
}

// ask looks for room and for the oldest job in flight, -1 being none.
func (h *oldest) ask() (full bool, f int) {
	if h.c.Before {
		f = h.first()
		return h.full(), f
	}
	if !h.full() {
		return false, -1
	}
	return true, h.first()
}

func (h *oldest) full() bool { return h.used.Load() >= uint32(h.c.InFlight) }

func (h *oldest) first() int {
	if r := h.retired.Load(); r < h.issued.Load() {
		return int(r)
	}
	return -1
}

// waitFor sleeps until fence f is signalled.
func (h *oldest) waitFor(w, f int) {
	for h.signaled[f].Load() == 0 {
		h.wq[w].Park()
		h.armed[w].Store(1)
	}
}

// irq completes what is in flight, as many jobs as it takes for all to run.
func (h *oldest) irq() {
	for i := range h.c.InFlight + h.c.Submitters - 1 {
		explore.Await(func() bool { return h.issued.Load() > uint32(i) })
		for _, s := range h.c.Order {
			h.release(s, i)
		}
	}
}

func (h *oldest) release(s Release, i int) {
	switch s {
	case Free:
		h.used.Add(^uint32(0))
	case Signal:
		h.signaled[i].Store(1)
	case Retire:
		h.retired.Store(uint32(i + 1))
	case Wake:
		for w := range h.c.Submitters {
			if h.armed[w].Swap(0) == 1 {
				h.wq[w].Unpark()
			}
		}
	}
}

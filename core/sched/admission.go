package sched

import (
	"fmt"

	"credence/core/credit"
)

// Need is what one job takes of the hardware while it is in flight.
type Need struct {
	// Credits is the job's cost as one number, 1 or more. Flows that derive
	// their cost from Lanes, or count jobs, only check that it is not zero.
	Credits uint32
	// Lanes is the cost per limit of a firmware-scheduled device: command slots
	// in lanes 0 to 2 and ring entries in lanes 3 to 5, for the vertex, fragment
	// and compute queue.
	Lanes credit.Vec
}

// The lanes of Need.Lanes. Ring entries of a queue stand QueueKinds after its
// slots.
const (
	VertexSlots = iota
	FragmentSlots
	ComputeSlots
	VertexRing
	FragmentRing
	ComputeRing
	NumLanes

	QueueKinds = 3
)

// Admission decides when the next job in order may be given to the backend. One
// Admission serves one scheduler.
//
// Fits and Take are the worker's. Return is called from any context, before the
// job's finished fence signals, and must neither block nor allocate. Whatever
// can make Fits say yes after it said no must be followed by a completion of
// this scheduler, or jobs wait for ever: that is what separates the flows from
// an arbitrary predicate.
type Admission interface {
	// Check refuses a need that could never fit; Job.Init returns its error.
	Check(n Need) error
	// Fits reports whether j may run now.
	Fits(j *Job) bool
	// Take takes all that j needs. Requires: Fits(j) was the last call.
	Take(j *Job)
	// Return gives back what Take took.
	Return(j *Job)
}

// Scalar admits by one number: a job costs some credits of a limit.
type Scalar struct {
	counter credit.Counter
	cost    func(Need) uint32 // nil: Need.Credits
	looked  bool              // since the last job was selected
}

// Check accepts every need: a job over the limit is cut to it when it is first
// looked at, so that it runs alone instead of never.
func (a *Scalar) Check(Need) error { return nil }

// Fits reports whether the job's cost is available.
func (a *Scalar) Fits(j *Job) bool { return a.counter.Known(j.cost) || a.look(j) }

// price returns what a job of this need costs.
func (a *Scalar) price(n Need) uint32 {
	if a.cost == nil {
		return n.Credits
	}
	return a.cost(n)
}

// look is Fits with a look at what came back. A cost that could never fit is
// cut, with a warning.
func (a *Scalar) look(j *Job) bool {
	a.looked = true
	if limit := a.counter.Limit(); j.cost > limit {
		j.cost = limit
		j.sched.observe(EventWarn, j, 0, WarnOversize)
	}
	return a.counter.Fits(j.cost)
}

// Take takes the job's cost.
func (a *Scalar) Take(j *Job) { a.counter.Take(j.cost) }

// Return gives the job's cost back.
func (a *Scalar) Return(j *Job) { a.counter.Return(j.cost) }

// InFlight returns how many credits are taken and not returned. The worker.
func (a *Scalar) InFlight() uint32 { return a.counter.InFlight() }

// Limit returns how many credits there are.
func (a *Scalar) Limit() uint32 { return a.counter.Limit() }

// PerQueue admits by all limits of a firmware-scheduled device at once: a job
// takes everything it needs in each lane, or nothing.
type PerQueue struct{ lanes credit.Lanes }

// Check refuses a need that exceeds a lane's limit.
func (a *PerQueue) Check(n Need) error { return a.lanes.Check(n.Lanes) }

// Fits reports whether every lane has what the job needs.
func (a *PerQueue) Fits(j *Job) bool { return a.lanes.Fits(j.need.Lanes) }

// Take takes what the job needs, in every lane.
func (a *PerQueue) Take(j *Job) { a.lanes.Take(j.need.Lanes) }

// Return gives it back.
func (a *PerQueue) Return(j *Job) { a.lanes.Return(j.need.Lanes) }

// InFlight returns what is taken and not returned, per lane. The worker.
func (a *PerQueue) InFlight() credit.Vec { return a.lanes.InFlight() }

// Predicate admits whatever the backend says it has room for, looked at when the
// condition is: the can_run_job callback of the 2023 proposal, inside the wait.
// It is sound if the backend returns resources before it signals the hardware
// fence, and if the answer depends on this scheduler's jobs alone.
type Predicate struct{ backend CanRunBackend }

// Check accepts every need: what can never run is the backend's to know.
func (a *Predicate) Check(Need) error { return nil }

// Fits asks the backend.
func (a *Predicate) Fits(j *Job) bool {
	j.sched.enter("CanRun", j)
	yes := a.backend.CanRun(j)
	j.sched.leave()
	return yes
}

// Take takes nothing: RunJob does.
func (a *Predicate) Take(*Job) {}

// Return returns nothing: the hardware's completion did.
func (a *Predicate) Return(*Job) {}

func (a *Predicate) bind(b Backend) error {
	var ok bool
	if a.backend, ok = b.(CanRunBackend); !ok {
		return fmt.Errorf("sched: flow canrun needs a backend with CanRun, %T has none", b)
	}
	return nil
}

// Prepared admits everything, and leaves it to the backend's PrepareJob to name
// a fence for a job that has no room: the oldest hardware fence in flight of the
// queue that is full. It is what the 2023 thread settled on.
type Prepared struct{}

// Check accepts every need: what can never run is the backend's to know.
func (Prepared) Check(Need) error { return nil }

// Fits says yes.
func (Prepared) Fits(*Job) bool { return true }

// Take takes nothing: RunJob does.
func (Prepared) Take(*Job) {}

// Return returns nothing: the hardware's completion did.
func (Prepared) Return(*Job) {}

func (Prepared) bind(b Backend) error {
	if _, ok := b.(PrepareBackend); !ok {
		return fmt.Errorf("sched: flow prepare needs a backend with PrepareJob, %T has none", b)
	}
	return nil
}

// binder is an Admission that needs something of the backend.
type binder interface{ bind(Backend) error }

package device

import (
	"fmt"

	"credence/core/credit"
	"credence/core/fence"
	"credence/core/sched"
)

// Command is one entry of a firmware queue: work for an engine, or a barrier
// that holds the queue until another command has retired. A barrier waits for
// what was given to the device when it is; what was not, it takes for met.
type Command struct {
	// Kind is the firmware queue that the command stands in.
	Kind Kind
	// Engines are the engines that can execute it, bit i for engine i; 0 makes
	// it a barrier.
	Engines uint64
	// Duration is how long an engine executes it; Endless means until Device.End.
	Duration fence.Duration
	// Every is after how much execution at a stretch each time the command can be
	// preempted, on a device that preempts: 0 is at any moment, Whole never.
	Every fence.Duration
	// After is what a barrier waits for: the last command of another job in
	// AfterKind's queue, or for a nil After of this job's own that stand before it
	// in Commands.
	After     *Job
	AfterGen  uint64 // of After when the barrier was made
	AfterKind Kind
}

// MaxCommands is how many renders and computes one job may have, as the asahi
// driver has it (AsahiLinux docs, agx-driver-notes). A render is a vertex and a
// fragment command.
const MaxCommands = 64

// Job is a submission: what a scheduler sees as one job, and the commands that
// it becomes; it is done when all of them have left the rings, barriers
// included. Its memory may be used for the next submission when the device's
// Freed was called; Recycle then makes barriers that still name it harmless.
type Job struct {
	sched.Job
	// Queue is where the job runs; Commands are its entries, in ring order within
	// each Kind. The submitter sets both.
	Queue    *UserQueue
	Commands []Command
	// Tag is the submitter's own.
	Tag uint64

	gen   uint64
	shape shape
	last  [NumKinds]uint32 // stamp of the last command per queue
	has   [NumKinds]bool   // whether there is one
	bound uint8            // kinds that it holds event slots of until it runs
	err   fence.Errno      // of the first command that failed
	left  int              // entries not retired on the host
	holds int              // the scheduler's hold and those of hardware fences
	hw    *fence.Single    // of the last run; nil before the first
	first fence.Single
}

// FenceReleased ends the hold of the hardware fence, which others may keep
// longer than the scheduler keeps the job.
func (j *Job) FenceReleased(*fence.Base) { j.drop() }

func (j *Job) drop() {
	j.holds--
	if d := j.Queue.device; j.holds == 0 && d.freed != nil {
		d.freed(j)
	}
}

// Gen returns the number of lives that j has had: it goes into AfterGen.
func (j *Job) Gen() uint64 { return j.gen }

// shape is how many ring entries, and of these engine commands, a job has in each
// queue. Device and submitter ask for it several times in a life.
type shape struct {
	known         bool
	kinds         uint8 // queues with entries, bit k for Kind k
	entries, work [NumKinds]uint32
}

// Recycle ends a life of j: a barrier made for it counts as met from now on.
// Requires: j was freed, or never pushed.
func (j *Job) Recycle() {
	j.Renew()
	j.Clear()
}

// Renew is Recycle for a job whose next life has the same Commands, but for their
// durations. Requires: none of them names another job.
func (j *Job) Renew() {
	j.gen++
	j.Queue = nil
	j.has, j.err = [NumKinds]bool{}, fence.OK
}

// Clear empties Commands, as must be done before a new life has others in their
// place. Requires: j was freed, or never bound.
func (j *Job) Clear() {
	clear(j.Commands)
	j.Commands = j.Commands[:0]
	j.shape.known = false
}

// tally returns the job's shape.
func (j *Job) tally() *shape {
	s := &j.shape
	if s.known {
		return s
	}
	*s = shape{known: true}
	for i := range j.Commands {
		c := &j.Commands[i]
		s.kinds |= 1 << c.Kind
		s.entries[c.Kind]++
		if c.Engines != 0 {
			s.work[c.Kind]++
		}
	}
	return s
}

// Need returns what the job's commands take of a user queue: a slot and a ring
// entry for work, a ring entry for a barrier. It refuses a job that no flow
// control could ever let run: more renders and computes than MaxCommands, or more
// of a queue than admission lets into an empty one. Requires: Queue is set.
func (j *Job) Need() (sched.Need, error) {
	var lanes [sched.NumLanes]uint32
	for i := range j.Commands {
		c := &j.Commands[i]
		lanes[sched.VertexRing+int(c.Kind)]++
		if c.Engines != 0 {
			lanes[sched.VertexSlots+int(c.Kind)]++
		}
	}
	n := max(lanes[sched.VertexSlots], lanes[sched.FragmentSlots]) + lanes[sched.ComputeSlots]
	if n == 0 || n > MaxCommands {
		return sched.Need{}, fmt.Errorf("device: job of %d renders and computes; permitted: 1 to %d",
			n, MaxCommands)
	}
	limits := &j.Queue.device.lanes
	for i, x := range lanes {
		if x > limits[i] {
			k := i % sched.QueueKinds
			return sched.Need{}, fmt.Errorf("device: job of %d commands in %d entries of the %s queue, "+
				"which holds %d in %d; split it", lanes[k], lanes[k+sched.QueueKinds], Kind(k), limits[k],
				limits[k+sched.QueueKinds])
		}
	}
	v, err := credit.Pack(lanes[:]...)
	if err != nil {
		return sched.Need{}, fmt.Errorf("device: %w", err)
	}
	return sched.Need{Credits: 1, Lanes: v}, nil
}

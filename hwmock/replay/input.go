package replay

import (
	"fmt"
	"slices"

	"credence/core/fence"
	"credence/hwmock/trace"
)

// Class is what jobs have in common that take the same time: where they run, who
// submits them and how many command buffers they have, as far as the trace says.
type Class struct {
	Ring, Comm string
	IBs        uint32
}

// String returns the class as reports name it, such as "gfx RenderThread/3".
func (c Class) String() string {
	s := c.Ring
	if c.Comm != "" {
		s += " " + c.Comm
	}
	if c.IBs != 0 {
		s += fmt.Sprintf("/%d", c.IBs)
	}
	return s
}

// Job is a recorded job as a replay takes it. Instants count from the first of
// the trace.
type Job struct {
	Class   int // of Input.Classes
	Ring    int // of Input.Rings
	Context int // from 0
	CPU     int16
	RunCPU  int16

	Submit, Run, End fence.Time // trace.NotRecorded for what is missing
	// Quiet is how long after its submission another context submitted to the
	// ring, or never.
	Quiet fence.Duration
	// deps are the jobs that it waited for, by index and before it.
	deps []int32
}

// never is a Quiet without an end.
const never = fence.Duration(fence.Never)

// complete reports whether the job can be judged.
func (j *Job) complete() bool { return j.Submit <= j.Run && j.Run <= j.End }

// MaxContexts is how many contexts, times rings, a trace may have.
const MaxContexts = 1 << 14

// Input is the arrivals of a trace, and what is to be compared with.
type Input struct {
	Name     string
	Jobs     []Job // in the order of submission
	Rings    []string
	Classes  []Class // in the order of their first job
	Contexts int
	// Unsubmitted is how many jobs of the trace are left out because their
	// submission was not recorded.
	Unsubmitted int
}

// NewInput takes the arrivals of a trace. It fails if there are none, or more
// contexts than MaxContexts.
func NewInput(t *trace.Trace) (*Input, error) {
	b := builder{
		in: &Input{Name: t.Name}, start: trace.NotRecorded, rings: map[string]int{},
		classes: map[Class]int{}, contexts: map[contextKey]int{}, jobs: map[trace.FenceID]int32{},
	}
	for i := range t.Jobs {
		if t.Jobs[i].Submit == trace.NotRecorded {
			b.in.Unsubmitted++
			continue
		}
		b.add(&t.Jobs[i])
	}
	in := b.in
	in.Contexts = len(b.contexts)
	if len(in.Jobs) == 0 {
		return nil, fmt.Errorf("%s: no job whose submission was recorded; trace the events %s, %s "+
			"and %s, or %s, %s and %s", t.Name, trace.EventJobQueue, trace.EventJobRun,
			trace.EventJobDone, trace.EventAMDQueue, trace.EventAMDRun, trace.EventFenceSignaled)
	}
	if n := in.Contexts * len(in.Rings); n > MaxContexts {
		return nil, fmt.Errorf("%s: %d contexts on %d rings; permitted: %d in all; cut the trace",
			t.Name, in.Contexts, len(in.Rings), MaxContexts)
	}
	in.findQuiet()
	return in, nil
}

// builder numbers what the jobs of a trace name.
type builder struct {
	in       *Input
	start    fence.Time
	rings    map[string]int
	classes  map[Class]int
	contexts map[contextKey]int
	jobs     map[trace.FenceID]int32 // the latest of that fence
}

// add takes one job, whose submission was recorded.
func (b *builder) add(r *trace.Job) {
	in := b.in
	if b.start == trace.NotRecorded {
		b.start = r.Submit
	}
	ring := r.Ring
	if r.Dev != "" {
		ring = r.Dev + "/" + r.Ring
	}
	j := Job{
		Class: indexOf(b.classes, &in.Classes, Class{ring, r.Comm, r.NumIBs}),
		Ring:  indexOf(b.rings, &in.Rings, ring),
		CPU:   r.CPU, RunCPU: r.RunCPU, Quiet: never,
		Submit: r.Submit - b.start, Run: since(r.Run, b.start), End: since(r.End, b.start),
	}
	key := keyOf(r)
	if _, ok := b.contexts[key]; !ok {
		b.contexts[key] = len(b.contexts)
	}
	j.Context = b.contexts[key]
	for _, d := range r.Deps {
		if k, ok := b.jobs[d]; ok && !slices.Contains(j.deps, k) {
			j.deps = append(j.deps, k)
		}
	}
	b.jobs[r.Done] = int32(len(in.Jobs))
	in.Jobs = append(in.Jobs, j)
}

// contextKey tells submitting contexts apart: by the number of their fences, or
// by thread where fences are pointers.
type contextKey struct {
	fences uint64
	pid    int32
}

func keyOf(r *trace.Job) contextKey {
	if r.Done.IsPointer() {
		return contextKey{pid: r.PID}
	}
	return contextKey{fences: r.Done.Context}
}

// indexOf returns the index of x in list, which it is appended to if it is new.
func indexOf[T comparable](known map[T]int, list *[]T, x T) int {
	i, ok := known[x]
	if !ok {
		i = len(*list)
		known[x] = i
		*list = append(*list, x)
	}
	return i
}

func since(t, start fence.Time) fence.Time {
	if t == trace.NotRecorded {
		return t
	}
	return max(0, t-start)
}

// findQuiet fills in Job.Quiet: from the last job to the first, with the latest
// submission of each ring, and the latest of a context other than that one's.
func (in *Input) findQuiet() {
	type next struct {
		context int
		at      fence.Time
	}
	latest, other := make([]next, len(in.Rings)), make([]next, len(in.Rings))
	for r := range latest {
		latest[r], other[r] = next{-1, fence.Never}, next{-1, fence.Never}
	}
	for i := len(in.Jobs) - 1; i >= 0; i-- {
		j := &in.Jobs[i]
		l, o := &latest[j.Ring], &other[j.Ring]
		n := *l
		if l.context == j.Context {
			n = *o
		} else {
			*o = *l
		}
		if n.at != fence.Never {
			j.Quiet = n.at.Sub(j.Submit)
		}
		*l = next{j.Context, j.Submit}
	}
}

// WarmUp is how many jobs of each ring at the beginning of a trace, by what the
// ring has in flight, are replayed and not judged: what was in flight before the
// trace is not known.
const WarmUp = 2

// Cold reports, by job, which ones are among the first WarmUp*slots of their
// ring.
func (in *Input) Cold(slots int) []bool {
	cold, seen := make([]bool, len(in.Jobs)), make([]int, len(in.Rings))
	for i := range in.Jobs {
		r := in.Jobs[i].Ring
		cold[i] = seen[r] < WarmUp*slots
		seen[r]++
	}
	return cold
}

// Located reports whether the trace names the processors that jobs were
// submitted on.
func (in *Input) Located() bool {
	return slices.ContainsFunc(in.Jobs, func(j Job) bool { return j.CPU != trace.NoCPU })
}

// ForgetProcessors makes in one that names none, so that what is fitted to it
// does not count on them.
func (in *Input) ForgetProcessors() {
	for i := range in.Jobs {
		in.Jobs[i].CPU, in.Jobs[i].RunCPU = trace.NoCPU, trace.NoCPU
	}
}

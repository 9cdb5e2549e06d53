package trace

import (
	"bytes"
	"math"

	"credence/core/fence"
)

// notes reads what stands between events: heads, and the words of a tracer that
// it lost some. It reports whether the line is such.
func (p *parser) notes(number int, line []byte) bool {
	has := func(s string) bool { return bytes.HasPrefix(line, []byte(s)) }
	switch {
	case has("#"), has("cpus="), has("version ="), has("trace.dat:"):
		return true
	case has("CPU:") || has("CPU "):
		if bytes.Contains(line, []byte("LOST")) {
			p.trace.report(number, Lost, "events are lost here: jobs near it are incomplete: %s",
				clip(line))
			return true
		}
		return bytes.HasSuffix(line, []byte("is empty")) || bytes.Contains(line, []byte("buffer started"))
	}
	return false
}

// line reads an event.
func (p *parser) line(number int, text []byte) {
	t := p.trace
	x, err := parsePrefix(text)
	if err != nil {
		t.report(number, Broken, "%v: skipped: %s", err, clip(bytes.TrimSpace(text)))
		return
	}
	if x.at < p.last {
		t.report(number, OutOfOrder, "is %d ns earlier than a line before it: put in order",
			p.last-x.at)
	}
	p.last = max(p.last, x.at)
	m, ok := vocabulary[string(x.event)]
	if !ok {
		t.Others++
		return
	}
	e := event{meaning: m, at: x.at, line: number, cpu: x.cpu, pid: x.pid}
	if e.comm, ok = p.names.of(x.comm); !ok {
		t.report(number, Broken, "has a thread's name of more than %d bytes, or one name too many: "+
			"skipped: %s", MaxName, clip(x.comm))
		return
	}
	p.fields = appendFields(p.fields[:0], string(x.message))
	if err := e.read(p.fields, p.names); err != nil {
		t.report(number, Broken, "%s %v: skipped", x.event, err)
		return
	}
	t.Events++
	for _, due := range p.window.add(e) {
		p.apply(due)
	}
}

// window puts events in the order of their time.
type window struct{ events []event }

// add takes an event and returns those that need not wait for others any more,
// valid until the next call.
func (w *window) add(e event) []event {
	var due []event
	if len(w.events) == 2*Window {
		due = append(due, w.events[:Window]...)
		w.events = append(w.events[:0], w.events[Window:]...)
	}
	w.events = append(w.events, e)
	for i := len(w.events) - 1; i > 0 && w.events[i-1].at > e.at; i-- {
		w.events[i-1], w.events[i] = w.events[i], w.events[i-1]
	}
	return due
}

// rest returns what is held back still.
func (w *window) rest() []event { return w.events }

// apply tells the assembly of the event's form, or of all forms.
func (p *parser) apply(e event) {
	if e.style != noStyle {
		p.jobs[e.style].apply(p.trace, &e)
		return
	}
	for s := range p.jobs {
		p.jobs[s].signal(&e)
	}
}

// assembly puts the jobs of one form of events together.
type assembly struct {
	jobs    []Job
	byFence map[FenceID]int32 // a pointer until it signals
	byID    map[ringID]int32  // of forms that number jobs
}

// ringID names a job by the kernel's number, where a dependency has no better.
type ringID struct {
	ring string
	id   uint64
}

const noJob = math.MaxInt32

// find returns the index of the job that the event is about.
func (a *assembly) find(e *event) int32 {
	if e.hasFence {
		if i, ok := a.byFence[e.fence]; ok {
			return i
		}
	} else if i, ok := a.byID[ringID{e.ring, e.id}]; ok {
		return i
	}
	return noJob
}

// add begins a job.
func (a *assembly) add(t *Trace, e *event) int32 {
	if len(a.jobs) == MaxJobs {
		t.report(e.line, TooMany, "is of job %d and more: skipped; cut the trace", MaxJobs+1)
		return noJob
	}
	if a.byFence == nil {
		a.byFence, a.byID = map[FenceID]int32{}, map[ringID]int32{}
	}
	j := newJob(e.line)
	j.Dev, j.Ring, j.ID, j.Done = e.dev, e.ring, e.id, e.fence
	j.NumIBs, j.Client = e.numIBs, e.client
	i := int32(len(a.jobs))
	a.jobs = append(a.jobs, j)
	a.byFence[e.fence] = i
	if e.id != 0 {
		a.byID[ringID{e.ring, e.id}] = i
	}
	return i
}

// apply adds what the event says.
func (a *assembly) apply(t *Trace, e *event) {
	i := a.find(e)
	reused := i != noJob && e.kind == Queue && e.fence.IsPointer() && a.jobs[i].Submit != NotRecorded
	if i == noJob && (e.kind == Queue || e.kind == Run) || reused {
		i = a.add(t, e)
	}
	if i == noJob {
		return // of a job from before the trace
	}
	j := &a.jobs[i]
	switch e.kind {
	case Queue:
		if !e.set(t, &j.Submit) {
			return
		}
		j.Comm, j.PID, j.CPU, j.NumIBs, j.Client = e.comm, e.pid, e.cpu, e.numIBs, e.client
	case Run:
		if !e.set(t, &j.Run) {
			return
		}
		j.RunCPU = e.cpu
	case Done:
		if e.set(t, &j.End) && e.fence.IsPointer() {
			delete(a.byFence, e.fence)
		}
	}
	j.Deps = append(j.Deps, e.deps[:min(len(e.deps), MaxDeps-len(j.Deps))]...)
}

// set records an instant, the first time.
func (e *event) set(t *Trace, at *fence.Time) bool {
	if *at != NotRecorded {
		t.report(e.line, Repeated, "is said of a job for the second time: skipped")
		return false
	}
	*at = e.at
	return true
}

// signal records the end of the job whose finished fence that is, if no event of
// the job's own did.
func (a *assembly) signal(e *event) {
	if i, ok := a.byFence[e.fence]; ok && a.jobs[i].End == NotRecorded {
		a.jobs[i].End = e.at
	}
}

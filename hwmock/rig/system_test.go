package rig_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"credence/core/fence"
	"credence/core/sched"
	"credence/hwmock/profile"
	"credence/hwmock/rig"
	"credence/hwmock/workload"
)

const us = fence.Microsecond

// parts is a profile's text with lines replaced, each given as key = value.
func parts(t testing.TB, name string, lines ...string) *profile.Profile {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "profile", name+profile.Extension))
	if err != nil {
		t.Fatal(err)
	}
	all := strings.Split(string(text), "\n")
	for _, l := range lines {
		key, _, _ := strings.Cut(l, "=")
		key = strings.TrimSpace(key)
		i := slices.IndexFunc(all, func(s string) bool { return strings.HasPrefix(s, key) })
		if i < 0 {
			t.Fatalf("no line for %q", l)
		}
		all[i] = l + " # A: for a test"
	}
	p, err := profile.Parse(name, strings.NewReader(strings.Join(all, "\n")))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// flow is ParseFlow for tests.
func flow(t testing.TB, s string) sched.Flow {
	t.Helper()
	f, err := sched.ParseFlow(s)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// record is what became of one batch.
type record struct {
	client, context, line    int
	number                   int // of the context in the file
	engines                  workload.EngineSet
	dur                      fence.Duration
	deps, starts             []uint64 // job ids
	preceded                 []uint64 // deps of what it starts with, job ids
	fences                   []*fence.Time
	submitted                fence.Time
	pushed, run, done, freed fence.Time // fence.Never before
	err                      fence.Errno
}

// system is a rig whose clients' submissions and whose schedulers' events are
// recorded.
type system struct {
	*rig.Rig
	t        testing.TB
	clients  []*workload.Client
	batches  []record // job id 1 first
	jobs     map[workload.Handle]uint64
	soft     map[workload.Handle]*fence.Time // when signalled
	refused  int                             // submissions that found the queue full
	onDone   func(r *record)                 // may be nil
	accepted func(r *record)                 // may be nil
	onWarn   func(e sched.Event)             // may be nil: then it is an error
}

func newSystem(t testing.TB, c rig.Config) *system {
	t.Helper()
	s := &system{t: t, jobs: map[workload.Handle]uint64{}, soft: map[workload.Handle]*fence.Time{}}
	c.Observer = s
	var err error
	if s.Rig, err = rig.New(c); err != nil {
		t.Fatal(err)
	}
	return s
}

func parse(t testing.TB, text string) *workload.Workload {
	t.Helper()
	w, err := workload.Parse("test.wsim", strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func compile(t testing.TB, text string, r *rig.Rig) *workload.Program {
	t.Helper()
	p, err := parse(t, text).Compile(r.Capabilities())
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// add starts clients of a workload.
func (s *system) add(text string, o workload.Options) {
	s.t.Helper()
	g, err := s.AddClientsThrough(compile(s.t, text, s.Rig), o,
		func(h workload.Host) workload.Host { return &spy{h, s} })
	if err != nil {
		s.t.Fatal(err)
	}
	s.clients = append(s.clients, g.Clients()...)
}

// spy stands between clients and rig.
type spy struct {
	workload.Host
	s *system
}

func (h *spy) Submit(c *workload.Client, b *workload.Batch) (workload.Handle, bool) {
	s := h.s
	r := record{
		client: c.Index(), context: b.Context, line: c.Program().Line(b.Step), engines: b.Engines,
		number: c.Program().Contexts()[b.Context].ID, dur: b.Duration, submitted: s.Now(),
		pushed: fence.Never, run: fence.Never, done: fence.Never, freed: fence.Never,
	}
	for _, d := range b.Deps {
		if at := s.soft[d]; at != nil {
			r.fences = append(r.fences, at)
		} else {
			r.deps = append(r.deps, s.jobs[d])
		}
	}
	for _, l := range b.Starts {
		id := s.jobs[l]
		r.starts = append(r.starts, id)
		l := &s.batches[id-1]
		r.preceded = append(r.preceded, l.preceded...)
		for _, d := range l.deps {
			if !s.ordered(&s.batches[d-1], l) { // otherwise l is just behind it
				r.preceded = append(r.preceded, d)
			}
		}
	}
	n := len(s.batches)
	s.batches = append(s.batches, r) // it may be pushed within Submit
	x, ok := h.Host.Submit(c, b)
	if !ok {
		s.batches = s.batches[:n]
		s.refused++
		return x, false
	}
	if b.Pin && (b.Engines.Count() != 1 || b.Engines&r.engines == 0) {
		s.t.Errorf("line %d is pinned to %b of %b", r.line, b.Engines, r.engines)
	}
	s.batches[n].engines = b.Engines
	s.jobs[x] = uint64(n + 1)
	if s.accepted != nil {
		s.accepted(&s.batches[n])
	}
	return x, true
}

func (h *spy) NewSoftFence() workload.Handle {
	x := h.Host.NewSoftFence()
	at := fence.Never
	h.s.soft[x] = &at
	return x
}

func (h *spy) SignalSoftFence(x workload.Handle) {
	*h.s.soft[x] = h.s.Now()
	h.Host.SignalSoftFence(x)
}

func (h *spy) Release(x workload.Handle) {
	delete(h.s.soft, x)
	delete(h.s.jobs, x)
	h.Host.Release(x)
}

// Observe records when things happen to jobs.
func (s *system) Observe(e sched.Event) {
	if e.At != s.Now() {
		s.t.Errorf("%s of job %d is dated %d at %d", e.Kind, e.Job, e.At, s.Now())
	}
	if e.Kind == sched.EventWarn {
		if s.onWarn == nil {
			s.t.Fatalf("job %d: %s", e.Job, e.Warn)
		}
		s.onWarn(e)
		return
	}
	r := &s.batches[e.Job-1]
	note := func(at *fence.Time, before fence.Time) {
		if *at != fence.Never || before == fence.Never {
			s.t.Errorf("job %d: %s out of turn: %+v", e.Job, e.Kind, *r)
		}
		*at = e.At
	}
	switch e.Kind {
	case sched.EventQueue:
		note(&r.pushed, 0)
	case sched.EventRun:
		note(&r.run, r.pushed)
	case sched.EventDone:
		note(&r.done, r.run)
		if r.err = e.Err; s.onDone != nil {
			s.onDone(r)
		}
	case sched.EventFree:
		note(&r.freed, r.done)
	}
}

// finish runs until nothing is left to happen, and wants every client finished.
func (s *system) finish() {
	s.t.Helper()
	for s.Step(fence.Never) {
	}
	s.wantFinished()
}

func (s *system) wantFinished() {
	s.t.Helper()
	if err := s.RunUntil(s.Now()); err != nil {
		s.t.Error(err)
	}
	for _, c := range s.clients {
		if !c.Finished() {
			s.t.Errorf("client %d is not finished at %d: %q", c.Index(), s.Now(), c.Blocked())
		}
	}
	for _, l := range s.Lost() {
		s.t.Error(l)
	}
	for _, o := range s.Device().Overruns() {
		s.t.Error(o)
	}
}

// named returns the workload engine of a name, such as VCS2.
func (s *system) named(name string) int {
	for i, e := range s.Capabilities().Engines {
		if e.Class.String()+string(rune('0'+e.Instance)) == name {
			return i
		}
	}
	s.t.Fatalf("no engine %s", name)
	return -1
}

// engine returns the device's engine of a name, such as frag.
func engine(t testing.TB, p *profile.Profile, name string) int {
	i := slices.IndexFunc(p.Engines, func(e profile.Engine) bool { return e.Name == name })
	if i < 0 {
		t.Fatalf("no engine %s", name)
	}
	return i
}

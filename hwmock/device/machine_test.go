package device_test

import (
	"fmt"
	"slices"
	"testing"

	"credence/core/fence"
	"credence/core/sched"
	"credence/hwmock/des"
	"credence/hwmock/device"
	"credence/hwmock/profile"
)

// The latencies of the tests' device. Each has a digit of its own, so that a
// sum tells what it is made of.
const (
	doorbell = 1
	pickUp   = 20
	dispatch = 300
	retire   = 4_000
	irq      = 50_000
	wake     = 600_000
	idleOff  = 7_000_000

	known = doorbell + pickUp // a message's way to a firmware that is awake
	done  = retire + irq      // from the end of execution to the fence
)

// The engines of the tests' device.
const (
	vtx = iota
	frag
	ccs
	vcs1
	vcs2
)

// only is the set of one engine.
func only(engine int) uint64 { return 1 << engine }

const bothVCS = 1<<vcs1 | 1<<vcs2

// testProfile returns the parameters of the tests' device.
func testProfile() *profile.Profile {
	return &profile.Profile{
		Name: "test", Slots: 127, Buffer: 128, Ring: 1280,
		EventSlots: 128, VMSlots: 63, Channel: 256, RunCost: 9, Doorbell: doorbell, PickUp: pickUp, Dispatch: dispatch, Retire: retire,
		IRQ: irq, FirmwareWake: wake, IdleOff: idleOff,
		Engines: []profile.Engine{
			{Name: "vtx", Queue: profile.Vertex}, {Name: "frag", Queue: profile.Fragment},
			{Name: "ccs", Queue: profile.Compute}, {Name: "vcs1", Queue: profile.Compute},
			{Name: "vcs2", Queue: profile.Compute},
		},
	}
}

// machine is a device without a scheduler above it, and what it was seen doing.
type machine struct {
	*device.Device
	t      *testing.T
	events *des.Engine
	jobs   uint64
	cost   fence.Duration // of RunJob
	spans  []span
}

// span is one execution.
type span struct {
	engine   int
	from, to fence.Time // to is fence.Never while it runs
}

func newMachine(t *testing.T, p *profile.Profile) *machine { return newMachineFrom(t, p, 0) }

// newMachineFrom returns a machine whose stamps start at that value.
func newMachineFrom(t *testing.T, p *profile.Profile, stamps uint32) *machine {
	return newMachineWith(t, p, stamps, nil)
}

// newMachineWith returns a machine with faults.
func newMachineWith(
	t *testing.T, p *profile.Profile, stamps uint32, f *device.Faults,
) *machine {
	m := &machine{t: t, events: des.New(), cost: p.RunCost}
	m.Device = device.New(device.Config{
		Events: m.events, Profile: p, Contexts: new(fence.Contexts), Watcher: m, Stamps: stamps,
		Faults: f,
	})
	return m
}

// awake returns a machine whose firmware has just been woken by a queue that no
// test uses: it is at rest since the instant 0 of the returned origin.
func awake(t *testing.T) (m *machine, origin fence.Time) {
	m = newMachine(t, testProfile())
	m.run(m.NewQueue(), work(device.Compute, only(ccs), 1))
	m.settle()
	m.spans = nil
	return m, m.events.Now()
}

// EngineBusy records spans.
func (m *machine) EngineBusy(engine int, busy bool, now fence.Time) {
	if now != m.events.Now() || m.Idle(engine) == busy {
		m.t.Errorf("engine %d is told busy %t at %d; it is %d, and idle %t", engine, busy, now,
			m.events.Now(), m.Idle(engine))
	}
	if busy {
		m.spans = append(m.spans, span{engine, now, fence.Never})
		return
	}
	for i := range m.spans {
		if s := &m.spans[i]; s.engine == engine && s.to == fence.Never {
			s.to = now
			return
		}
	}
	m.t.Errorf("engine %d becomes idle at %d but was not busy", engine, now)
}

// job is a submission and what became of it.
type job struct {
	device.Job
	m    *machine
	done fence.Callback
	at   fence.Time  // when its fence signalled, fence.Never before
	err  fence.Errno // with which it signalled
	fail bool        // it may be other than OK
}

// FenceSignaled notes when, and lets the fence go.
func (j *job) FenceSignaled(f *fence.Fence, _ *fence.Callback) {
	j.err = f.Err()
	if j.err != fence.OK && !j.fail || j.at != fence.Never {
		j.m.t.Errorf("job %d ends at %d with %v; it ended at %d", j.ID, j.m.events.Now(), f.Err(),
			j.at)
	}
	j.at = j.m.events.Now()
	f.Put()
}

// newJob returns a job that is not submitted.
func (m *machine) newJob(q *device.UserQueue, c ...device.Command) *job {
	m.jobs++
	j := &job{m: m, at: fence.Never}
	j.Owner, j.ID, j.Queue, j.Commands = &j.Job, m.jobs, q, c
	j.done.Init(j)
	return j
}

// submit gives j to the device and returns the error.
func (m *machine) submit(j *job) fence.Errno {
	hw, err, busy := m.RunJob(&j.Job.Job)
	if busy != m.cost {
		m.t.Errorf("RunJob takes %d ns, want the profile's %d", busy, m.cost)
	}
	if (hw == nil) != (err != fence.OK) {
		m.t.Fatalf("RunJob returns %v and %v", hw, err)
	}
	if hw != nil && hw.Arm(&j.done) != fence.Armed {
		m.t.Fatalf("the fence of job %d signalled before any event", j.ID)
	}
	return err
}

// run submits a job that must find room.
func (m *machine) run(q *device.UserQueue, c ...device.Command) *job {
	m.t.Helper()
	j := m.newJob(q, c...)
	if err := m.submit(j); err != fence.OK {
		m.t.Fatalf("job %d is refused: %v", j.ID, err)
	}
	return j
}

// settle runs all events.
func (m *machine) settle() { m.until(fence.Never) }

// until runs the events up to t and moves the clock there, unless it is
// fence.Never.
func (m *machine) until(t fence.Time) {
	for m.events.Step(t) {
	}
	if t != fence.Never {
		m.events.AdvanceTo(t)
	}
}

// want checks what ran, in the order of the starts.
func (m *machine) want(spans ...span) {
	m.t.Helper()
	if !slices.Equal(m.spans, spans) {
		m.t.Errorf("executions are\n%v, want\n%v", m.spans, spans)
	}
}

// ended checks when jobs' fences signalled.
func ended(t *testing.T, what string, j *job, at fence.Time) {
	t.Helper()
	if j.at != at {
		t.Errorf("%s: fence signalled at %d, want %d", what, j.at, at)
	}
}

// String shows spans in messages.
func (s span) String() string { return fmt.Sprintf("engine %d: %d-%d", s.engine, s.from, s.to) }

// work is an engine command, barrier one that waits for the last command of
// another job, own one that waits for the last one of its own job.
func work(k device.Kind, engines uint64, d fence.Duration) device.Command {
	return device.Command{Kind: k, Engines: engines, Duration: d}
}

func barrier(k device.Kind, after *job, in device.Kind) device.Command {
	return device.Command{Kind: k, After: &after.Job, AfterGen: after.Gen(), AfterKind: in}
}

func own(k, in device.Kind) device.Command { return device.Command{Kind: k, AfterKind: in} }

// render is what a workload's render batch becomes.
func render(v, f fence.Duration) []device.Command {
	return []device.Command{
		work(device.Vertex, only(vtx), v), own(device.Fragment, device.Vertex),
		work(device.Fragment, only(frag), f),
	}
}

var _ sched.Backend = (*device.Device)(nil)

package trace_test

import (
	"bytes"
	"strings"
	"testing"

	"credence/core/fence"
	"credence/core/sched"
	"credence/hwmock/device"
	"credence/hwmock/profile"
	"credence/hwmock/rig"
	"credence/hwmock/trace"
	"credence/hwmock/workload"
)

// scene is what runs in a test.
type scene struct {
	name    string
	device  string
	flow    string
	file    string
	clients int
	time    fence.Duration
	faults  *device.Faults
}

// Workloads for one render engine, for two engines, with dependencies between
// contexts, and for more than the firmware holds.
const (
	frames  = "1.RCS.500-900.0.0\n1.RCS.300.0.1\np.4000\n"
	mixed   = "1.RCS.400-800.0.0\n2.CCS.200.-1.0\n2.CCS.50.0.0\n1.RCS.10.-1.1\nd.300\n"
	fenced  = "f\n1.CCS.100.f-1.0\na.-2\nt.4\n"
	flooded = "1.RCS.4000.0.0\n1.CCS.3.0.0\n"
)

// burst is n more batches behind the flood.
func burst(n int) string { return flooded + strings.Repeat("1.RCS.100.0.0\n", n) + "s.-1\n" }

var scenes = []scene{
	{"lanes", "apple-m1", "lanes", mixed, 3, 20e6, nil},
	{"scalar", "apple-m1", "credits-max:126", burst(200), 1, 30e6, nil},
	{"sum", "apple-m2", "credits-sum:5", mixed, 4, 20e6, nil},
	{"over-run", "apple-m1", "credits-job", burst(200), 1, 30e6, nil},
	{"canrun", "apple-m1-max", "canrun", mixed, 2, 10e6, nil},
	{"prepare", "apple-m1", "prepare", fenced, 2, 5e6, nil},
	{"ideal", "ideal", "lanes", mixed, 5, 10e6, nil},
	{"mock", "kernel-mock", "count:1", frames, 3, 20e6, nil},
	{"ring", "amdgpu-2017", "count:2", frames, 4, 30e6, nil},
	{"slices", "nvidia-tsg", "lanes", mixed, 4, 20e6, nil},
	{"gmu", "adreno-gmu", "lanes", frames, 4, 20e6, nil},
	{"crash", "apple-m1", "lanes", mixed, 10, 50e6, &device.Faults{Seed: 1,
		Rate: [device.NumFaults]uint32{device.Crash: 10000}}},
	{"resets", "amdgpu-2017", "count:2", frames, 8, 30e9, &device.Faults{Seed: 1,
		Rate: [device.NumFaults]uint32{device.Hang: 10000}}},
	{"faults", "mali-csf", "lanes", mixed, 40, 900e6, &device.Faults{Seed: 1,
		Rate: [device.NumFaults]uint32{
			device.MMUFault: 4000, device.ChannelError: 4000,
			device.LateInterrupt: 20000, device.DuplicateInterrupt: 20000,
			device.SpuriousInterrupt: 20000, device.StampLate: 20000,
		}}},
}

// recorded is a run and what an observer of its own saw of it.
type recorded struct {
	*trace.Recorder
	rig     *rig.Rig
	profile *profile.Profile
	comm    string // of the clients
	end     fence.Time
	pushes  []sched.Event
	queue   map[uint64]sched.Event // by job
	run     map[uint64][]sched.Event
	done    map[uint64]sched.Event
	owners  map[uint32]int // client of each entity
	kinds   [device.NumEventKinds]int
}

// AddEntity looks at what the rig says of clients, and passes it on.
func (r *recorded) AddEntity(entity uint32, client int) {
	r.owners[entity] = client
	r.Recorder.AddEntity(entity, client)
}

// ObserveDevice counts what the device says, and passes it on.
func (r *recorded) ObserveDevice(e device.Event) {
	r.kinds[e.Kind]++
	r.Recorder.ObserveDevice(e)
}

// look is the run's own observer, beside the recorder.
type look struct{ *recorded }

func (r look) Observe(e sched.Event) {
	switch e.Kind {
	case sched.EventQueue:
		r.queue[e.Job] = e
		r.pushes = append(r.pushes, e)
	case sched.EventRun:
		r.run[e.Job] = append(r.run[e.Job], e)
	case sched.EventDone:
		r.done[e.Job] = e
	}
}

// play runs a scene to its end; limit is that of the recorder, whose Finish is
// the caller's.
func play(t *testing.T, s scene, limit int) *recorded {
	t.Helper()
	p, err := profile.Load(s.device)
	if err != nil {
		t.Fatal(err)
	}
	flow, err := sched.ParseFlow(s.flow)
	if err != nil {
		t.Fatal(err)
	}
	var engines []string
	for _, e := range p.Engines {
		engines = append(engines, e.Name)
	}
	r := &recorded{
		profile: p, end: fence.Time(s.time), queue: map[uint64]sched.Event{},
		owners: map[uint32]int{}, comm: (s.name + ".wsim")[:min(15, len(s.name)+5)],
		run: map[uint64][]sched.Event{}, done: map[uint64]sched.Event{},
		Recorder: trace.NewRecorder(trace.RecorderConfig{
			Device: p.Name, Engines: engines, Limit: limit,
		}),
	}
	if r.rig, err = rig.New(rig.Config{
		Profile: p, Flow: flow, Policy: sched.FIFO, Capacity: 512, Faults: s.faults,
		Tracer: r, Observer: look{r},
	}); err != nil {
		t.Fatal(err)
	}
	start(t, r.rig, s)
	if err := r.rig.RunUntil(r.end); err != nil {
		t.Fatal(err)
	}
	return r
}

// start adds the clients of a scene.
func start(t *testing.T, r *rig.Rig, s scene) {
	t.Helper()
	w, err := workload.Parse("dir/"+s.name+".wsim", strings.NewReader(s.file))
	if err != nil {
		t.Fatal(err)
	}
	program, err := w.Compile(r.Capabilities())
	if err != nil {
		t.Fatal(err)
	}
	o := workload.Options{Seed: 1, Clients: s.clients, DurationScale: 1, DelayScale: 1}
	if _, err := r.AddClients(program, o); err != nil {
		t.Fatal(err)
	}
}

// perfetto returns the run as a viewer has it.
func (r *recorded) perfetto(t *testing.T) *decoded {
	t.Helper()
	var b bytes.Buffer
	if err := r.WritePerfetto(&b); err != nil {
		t.Fatal(err)
	}
	return decode(t, b.Bytes())
}

// ftrace returns what the reader makes of the text.
func (r *recorded) ftrace(t *testing.T) *trace.Trace {
	t.Helper()
	var b bytes.Buffer
	if err := r.WriteFtrace(&b); err != nil {
		t.Fatal(err)
	}
	tr, err := trace.Read("out.ftrace", &b)
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

// TestScenesHaveEveryEvent of the device, so that the other tests are about all.
func TestScenesHaveEveryEvent(t *testing.T) {
	var kinds [device.NumEventKinds]int
	names := map[string]bool{}
	for _, s := range scenes {
		for k, n := range play(t, s, 0).kinds {
			kinds[k] += n
		}
	}
	for k, n := range kinds {
		name := device.EventKind(k).String()
		if n == 0 || name == "" || names[name] {
			t.Errorf("event %d, %q: %d times", k, name, n)
		}
		names[name] = true
	}
}

// TestTracingChangesNothing of the run, whose history is the same without.
func TestTracingChangesNothing(t *testing.T) {
	for _, s := range scenes {
		r := play(t, s, 0)
		flow, err := sched.ParseFlow(s.flow)
		if err != nil {
			t.Fatal(err)
		}
		plain, err := rig.New(rig.Config{
			Profile: r.profile, Flow: flow, Policy: sched.FIFO, Capacity: 512, Faults: s.faults,
		})
		if err != nil {
			t.Fatal(err)
		}
		start(t, plain, s)
		if err := plain.RunUntil(r.end); err != nil {
			t.Fatal(err)
		}
		if a, b := r.rig.Counts(), plain.Counts(); a != b || a.Pushed < 20 {
			t.Errorf("%s: traced %+v\nplain %+v", s.name, a, b)
		}
	}
}

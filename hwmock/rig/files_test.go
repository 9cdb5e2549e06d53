package rig_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"credence/core/fence"
	"credence/hwmock/device"
	"credence/hwmock/profile"
	"credence/hwmock/rig"
	"credence/hwmock/workload"
)

// igtFiles returns the workload files of igt, or skips.
func igtFiles(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("../../../shared/data/wsim/*.wsim")
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Skip("the workload files of igt-gpu-tools are not in ../shared/data/wsim")
	}
	if len(files) < 27 {
		t.Errorf("%d files, want 27 or more", len(files))
	}
	return files
}

// ownFiles returns the project's own files.
func ownFiles(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("../../bench/workloads/*.wsim")
	if err != nil || len(files) < 7 {
		t.Fatalf("%d files in bench/workloads, %v; want 7 or more", len(files), err)
	}
	return files
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// play runs clients of a file for a while, alone, and returns the rig.
func play(t *testing.T, c rig.Config, text string, o workload.Options, d fence.Duration) (
	*rig.Rig, []*workload.Client,
) {
	t.Helper()
	r, err := rig.New(c)
	if err != nil {
		t.Fatal(err)
	}
	g, err := r.AddClients(compile(t, text, r), o)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.RunUntil(fence.Time(d)); err != nil {
		t.Error(err)
	}
	if r.Now() != fence.Time(d) {
		t.Errorf("it runs until %d, want %d", r.Now(), d)
	}
	return r, g.Clients()
}

// sound checks that what a file did so far went well.
func sound(t *testing.T, what string, r *rig.Rig, clients []*workload.Client) {
	t.Helper()
	for _, o := range r.Device().Overruns() {
		t.Errorf("%s: %v", what, o)
	}
	for _, l := range r.Lost() {
		t.Errorf("%s: %v", what, l)
	}
	for _, c := range clients {
		if c.Metrics().Iterations == 0 {
			t.Errorf("%s: client %d finishes no iteration: %q", what, c.Index(), c.Blocked())
		}
	}
	c := r.Counts()
	live, _ := r.Live()
	if c.Completed == 0 || c.Failed != 0 || c.Warnings != 0 || c.RingFull != 0 ||
		uint64(live) < c.Pushed-c.Completed {
		t.Errorf("%s: counted %+v, %d batches live", what, c, live)
	}
	busy, span := fence.Duration(0), r.Now().Sub(0)
	for i := range 7 {
		b, idle := r.Device().Busy(i), r.IdleWhileReady(i)
		if busy += b; b > span || idle > span-b {
			t.Errorf("%s: engine %d is busy for %d, idle while ready for %d", what, i, b, idle)
		}
	}
	if busy == 0 {
		t.Errorf("%s: no engine is ever busy", what)
	}
}

// TestFilesOfIGTRun for a second on every device, under flows that are sound.
func TestFilesOfIGTRun(t *testing.T) {
	runAll(t, igtFiles(t))
}

// TestOwnFilesRun likewise.
func TestOwnFilesRun(t *testing.T) {
	runAll(t, ownFiles(t))
}

// full lists the devices that have every engine that the files name.
func full(t testing.TB) (names []string) {
	for _, name := range profile.Names() {
		if parts(t, name).Shape == profile.ShapeFirmware {
			names = append(names, name)
		}
	}
	return names
}

// agx lists those of them that have the limits of Apple's.
func agx(t testing.TB) (names []string) {
	for _, name := range full(t) {
		if p := parts(t, name); p.Slots == 127 && p.Buffer == 128 && p.Ring == 1280 {
			names = append(names, name)
		}
	}
	return names
}

func runAll(t *testing.T, files []string) {
	span := fence.Second
	if race {
		span = 200 * fence.Millisecond
	}
	for _, path := range files {
		text := read(t, path)
		for _, name := range full(t) {
			flows := []string{"lanes"}
			if slices.Contains(agx(t), name) {
				flows = append(flows, "credits-max:126")
			}
			for _, f := range flows {
				what := filepath.Base(path) + " on " + name + " under " + f
				c := rig.Config{Profile: parts(t, name), Flow: flow(t, f)}
				r, clients := play(t, c, text, workload.Options{}, span)
				sound(t, what, r, clients)
			}
		}
	}
}

// TestSameConfigSameHistory: two rigs agree in everything that is counted, and
// with another seed they do not where the file leaves something to chance.
func TestSameConfigSameHistory(t *testing.T) {
	files := ownFiles(t)
	if shared, _ := filepath.Glob("../../../shared/data/wsim/*.wsim"); len(shared) > 0 {
		files = append(files, shared...)
	} else {
		t.Log("without the files of igt-gpu-tools, which are not in ../shared/data/wsim")
	}
	chance := 0
	for i, path := range files {
		text := read(t, path)
		w := parse(t, text)
		topology := []string{"topology = per-queue", "topology = shared:2"}[i%2]
		c := rig.Config{Profile: parts(t, "apple-m1", topology), Flow: flow(t, "lanes")}
		run := func(seed uint64) (rig.Counts, fence.Duration) {
			o := workload.Options{Clients: 2, Seed: seed}
			r, _ := play(t, c, text, o, 200*fence.Millisecond)
			busy := fence.Duration(0)
			for e := range c.Profile.Engines {
				busy = busy*31 + r.Device().Busy(e) + r.IdleWhileReady(e)
			}
			return r.Counts(), busy
		}
		a, busyA := run(5)
		b, busyB := run(5)
		if a != b || busyA != busyB {
			t.Errorf("%s: two runs differ: %+v and %+v", path, a, b)
		}
		if a.History == 0 || a.History >= 1<<53 {
			t.Errorf("%s: history is %d, not of 53 bits", path, a.History)
		}
		if !random(w) {
			continue
		}
		chance++
		if o, _ := run(6); o.History == a.History {
			t.Errorf("%s: the seed changes nothing", path)
		}
	}
	if chance == 0 {
		t.Error("no file leaves anything to chance")
	}
}

// random tells whether a batch draws its duration.
func random(w *workload.Workload) bool {
	for i := range w.Steps {
		if s := &w.Steps[i]; s.Kind == workload.KindBatch && s.Span.Min != s.Span.Max {
			return true
		}
	}
	return false
}

// TestLanesFillTheDeviceAndNoMore: work without end in one queue keeps exactly
// as many commands outstanding as a strict admission lets in.
func TestLanesFillTheDeviceAndNoMore(t *testing.T) {
	for _, c := range []struct {
		text string
		kind device.Kind
	}{
		{read(t, "../../bench/workloads/saturate.wsim"), device.Compute},
		{"1.RCS.10.0.0\n", device.Fragment},
	} {
		for _, name := range agx(t) {
			s := newSystem(t, rig.Config{
				Profile: parts(t, name), Flow: flow(t, "lanes"), Capacity: 512,
			})
			s.add(c.text, workload.Options{})
			most := 0
			for s.Step(fence.Time(50 * fence.Millisecond)) {
				for _, x := range s.Contexts() {
					most = max(most, x.Queue().Outstanding(c.kind))
				}
			}
			if most != 126 {
				t.Errorf("%s on %s: at most %d commands are outstanding, want 126", c.kind, name,
					most)
			}
		}
	}
}

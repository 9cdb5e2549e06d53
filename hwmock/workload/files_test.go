package workload_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"credence/core/fence"
	"credence/hwmock/workload"
)

// load parses and compiles a file, and checks its canonical form on the way.
func load(t testing.TB, path string) (*workload.Workload, *workload.Program) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	w, err := workload.Parse(filepath.Base(path), f)
	if err != nil {
		t.Fatal(err)
	}
	again, err := workload.Parse("canonical", strings.NewReader(w.String()))
	if err != nil || again.String() != w.String() {
		t.Errorf("%s: the canonical form parses to %v, %v", path, again, err)
	}
	p, err := w.Compile(testDevice)
	if err != nil {
		t.Fatal(err)
	}
	return w, p
}

// igtFiles returns the files of igt, or skips.
func igtFiles(t testing.TB) []string {
	files, err := filepath.Glob("../../../shared/data/wsim/*.wsim")
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Skip("the workload files of igt-gpu-tools are not in ../shared/data/wsim")
	}
	return files
}

// ownFiles returns the project's own files.
func ownFiles(t testing.TB) []string {
	files, err := filepath.Glob("../../bench/workloads/*.wsim")
	if err != nil || len(files) < 7 {
		t.Fatalf("%d files in bench/workloads, %v; want 7 or more", len(files), err)
	}
	return files
}

// work adds up, per iteration, the batches of w and the time they keep engines.
func work(w *workload.Workload) (batches int64, least, most fence.Duration) {
	for i := range w.Steps {
		if s := &w.Steps[i]; s.Kind == workload.KindBatch {
			batches++
			least += fence.Duration(s.Span.Min) * us
			most += fence.Duration(s.Span.Max) * us
		}
	}
	return batches, least, most
}

// runFile runs ten iterations of p with three clones, and checks that every
// batch ran, for a time within its range.
func runFile(t *testing.T, w *workload.Workload, p *workload.Program) {
	t.Helper()
	const repeats, clones = 10, 3
	batches, least, most := work(w)
	h := newHost(24)
	var ran int64
	var total fence.Duration
	h.onDone = func(j *job) { ran++; total += j.duration }
	g := group(t, p, h, workload.Options{Repeats: repeats, Clients: clones, Seed: 1})
	h.run(g, fence.Never)
	for _, c := range g.Clients() {
		m := c.Metrics()
		if !c.Finished() || m.Iterations != repeats || m.Batches != repeats*batches {
			t.Errorf("client %d: finished %v, %+v, blocked %q", c.Index(), c.Finished(), m, c.Blocked())
		}
	}
	if want := repeats * clones * batches; ran != want {
		t.Errorf("%d batches ran, want %d", ran, want)
	}
	if n := fence.Duration(repeats * clones); total < n*least || total > n*most {
		t.Errorf("they ran %d ns, want %d to %d", total, n*least, n*most)
	}
	g.Close()
	h.drain(t)
}

func TestFilesOfIGTRun(t *testing.T) {
	files := igtFiles(t)
	if len(files) < 27 {
		t.Errorf("%d files, want 27 or more", len(files))
	}
	for _, path := range files {
		t.Run(filepath.Base(path), func(t *testing.T) {
			w, p := load(t, path)
			runFile(t, w, p)
		})
	}
}

// TestWorkOfFilesOfIGT compares the time that files keep engines busy with
// what was computed from them by other means.
func TestWorkOfFilesOfIGT(t *testing.T) {
	want := map[string][2]fence.Duration{
		"media_17i7.wsim": {16300, 16300}, "media_19.wsim": {7550, 9750},
		"composited-ui.wsim": {1000, 2800}, "medium-composited-game.wsim": {8000, 13000},
		"media-1080p-player.wsim": {7000, 13000}, "cloud-gaming-60fps.wsim": {4250, 10750},
	}
	for _, path := range igtFiles(t) {
		x, ok := want[filepath.Base(path)]
		if !ok {
			continue
		}
		w, _ := load(t, path)
		if _, least, most := work(w); least != x[0]*us || most != x[1]*us {
			t.Errorf("%s: %d to %d us, want %d to %d", path, least/us, most/us, x[0], x[1])
		}
	}
}

func TestOwnFilesRun(t *testing.T) {
	for _, path := range ownFiles(t) {
		t.Run(filepath.Base(path), func(t *testing.T) {
			if text, err := os.ReadFile(path); err != nil || text[0] != '#' {
				t.Errorf("no comment says what the file models; %v", err)
			}
			w, p := load(t, path)
			runFile(t, w, p)
		})
	}
}

// TestOwnFilesAreWhatTheySay holds the figures in the files' comments.
func TestOwnFilesAreWhatTheySay(t *testing.T) {
	own := func(name string) (*workload.Workload, *workload.Program) {
		return load(t, "../../bench/workloads/"+name+".wsim")
	}
	byClass := func(name string) map[workload.Class][2]fence.Duration {
		w, _ := own(name)
		sums := map[workload.Class][2]fence.Duration{}
		for i := range w.Steps {
			s := &w.Steps[i]
			x := sums[s.Engine.Class]
			x[0] += fence.Duration(s.Span.Min)
			x[1] += fence.Duration(s.Span.Max)
			sums[s.Engine.Class] = x
		}
		return sums
	}
	if x := byClass("game60"); x[workload.RCS] != [2]fence.Duration{9000, 11900} ||
		x[workload.CCS] != [2]fence.Duration{1200, 1600} {
		t.Errorf("game60: %v", x)
	}
	if x := byClass("vr90")[workload.RCS]; x != [2]fence.Duration{5412, 5502} {
		t.Errorf("vr90: %v", x)
	}
	if x := byClass("burst"); x[workload.RCS] != [2]fence.Duration{32500, 32500} ||
		x[workload.CCS] != x[workload.RCS] {
		t.Errorf("burst: %v, want as much for both", x)
	}

	t.Run("burst", func(t *testing.T) {
		_, p := own("burst")
		h := newHost(1024)
		g := group(t, p, h, workload.Options{})
		g.Clients()[0].Resume()
		if n := g.Clients()[0].Metrics().Batches; n != 452 || len(p.Contexts()) != 1 {
			t.Errorf("%d batches are outstanding in %d contexts", n, len(p.Contexts()))
		}
	})
	t.Run("barrier-heavy", func(t *testing.T) {
		_, p := own("barrier-heavy")
		h := newHost(90)
		deps, n := 0, 0
		h.onSubmit = func(j *job, b *workload.Batch) {
			if b.Iteration > 0 {
				n++
				deps += len(b.Deps)
			}
		}
		g := group(t, p, h, workload.Options{Repeats: 40})
		h.run(g, fence.Never)
		if deps != 13*n {
			t.Errorf("%d dependencies of %d batches, want 13 each", deps, n)
		}
	})
	t.Run("saturate", func(t *testing.T) {
		_, p := own("saturate")
		h := newHost(126)
		g := group(t, p, h, workload.Options{})
		least := h.slots
		h.onDone = func(*job) { least = min(least, len(h.pending)) }
		h.run(g, fence.Time(10*fence.Millisecond))
		if least < 100 {
			t.Errorf("the queue falls to %d of 126", least)
		}
	})
	t.Run("vr90", func(t *testing.T) {
		w, p := own("vr90")
		h := newHost(8)
		g := group(t, p, h, workload.Options{Repeats: 90})
		h.run(g, fence.Never)
		m := g.Clients()[0].Metrics()
		if period := fence.Duration(w.Steps[len(w.Steps)-1].Value) * us; m.Missed != 0 ||
			m.LastEnd != fence.Time(90*period) || period != 11170*us || m.Max > 5600*us {
			t.Errorf("metrics are %+v", m)
		}
	})
	t.Run("game60", func(t *testing.T) {
		_, p := own("game60")
		h := newHost(8)
		g := group(t, p, h, workload.Options{Repeats: 60})
		h.run(g, fence.Never)
		if m := g.Clients()[0].Metrics(); m.Missed != 0 || m.Min < 9000*us || m.Max > 11900*us {
			t.Errorf("metrics are %+v", m)
		}
	})
}

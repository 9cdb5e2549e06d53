package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
)

// recording returns the text of a trace of frames with two jobs each, 5,000 and
// 300 us long, of which the second waits behind the first. Wake-ups and ends
// vary by up to spread us. Every other first job comes from another processor
// than the worker's, which takes 20 us more to wake.
func recording(frames, spread int) string {
	r := rand.New(rand.NewPCG(9, 9))
	var b strings.Builder
	line := func(comm string, cpu, at int, event, job string, seqno int) {
		fmt.Fprintf(&b, "%s-7 [00%d] 5.%06d: %s: sched_job=%d, timeline=gfx, %s, seqno=%d, num_ibs=2\n",
			comm, cpu, at, event, seqno, job, seqno)
	}
	for i := range frames {
		a := 11_000 * i
		cpu := 1 + i%2
		wakeA, wakeB := 20+20*cpu+r.IntN(spread+1), 20+r.IntN(spread+1)
		endA := a + wakeA + 5000 + r.IntN(spread+1)
		line("game", cpu, a, "amdgpu_cs_ioctl", "context=5", i)
		line("gfx", 1, a+wakeA, "amdgpu_sched_run_job", "context=5", i)
		line("Xorg", 1, a+2000, "amdgpu_cs_ioctl", "context=6", i)
		line("gfx", 1, a+2000+wakeB, "amdgpu_sched_run_job", "context=6", i)
		for k := range 2 {
			fmt.Fprintf(&b, "<idle>-0 [002] 5.%06d: dma_fence_signaled: driver=amd_sched timeline=gfx "+
				"context=%d seqno=%d\n", endA+300*k, 5+k, i)
		}
	}
	return b.String()
}

// report is what tests look at of the JSON.
type report struct {
	Trace  string
	Judged int
	MAPE   float64 `json:"submit_done_mape"`
	Naive  float64 `json:"naive_submit_done_mape"`
	Errors []struct {
		Stage, Class string
		Jobs         int
		Mean         float64 `json:"mean_us"`
		P99          float64 `json:"p99_us"`
	}
	Fit struct {
		To      string
		Jobs    int
		Classes []struct {
			Class string
			Wake  float64 `json:"wake_us"`
			Same  float64 `json:"wake_same_cpu_us"`
		}
	}
	Lines, Problems int
	Counts          map[string]int `json:"problem_counts"`
	Notes           []string
}

func replayed(t *testing.T, args ...string) report {
	t.Helper()
	o := call(t, append([]string{"replay", "-format", "json"}, args...)...)
	var r report
	if err := json.Unmarshal([]byte(o.stdout), &r); o.code != exitOK || err != nil || o.stderr != "" {
		t.Fatalf("%q: %+v: %v", args, o, err)
	}
	return r
}

// TestReplayFitsOnePartAndJudgesTheOther.
func TestReplayFitsOnePartAndJudgesTheOther(t *testing.T) {
	path := put(t, "trace.txt", recording(60, 20))
	for _, c := range []struct {
		fit            []string
		to             string
		fitted, judged int
		notes          int // the first four jobs are not judged
	}{
		{nil, "jobs 1..60", 60, 60, 0},
		{[]string{"-fit", "1..100"}, "jobs 1..100", 100, 20, 0},
		{[]string{"-fit", "61..120"}, "jobs 61..120", 60, 56, 1},
		{[]string{"-fit", path}, path, 120, 116, 1},
	} {
		r := replayed(t, append(c.fit, path)...)
		if r.Fit.To != c.to || r.Fit.Jobs != c.fitted || r.Judged != c.judged || r.Trace != path ||
			r.Problems != 0 || r.Lines != 60*6 || len(r.Notes) != c.notes {
			t.Errorf("%q: %+v", c.fit, r)
		}
		// Two sums of an even spread of 20 us are about 7 us from their median.
		if r.MAPE < 0.05 || r.MAPE > 0.3 || r.Naive < 0.05 || r.Naive > 0.6 {
			t.Errorf("%q: mean relative errors %v, naive %v", c.fit, r.MAPE, r.Naive)
		}
		if len(r.Errors) != 9 || r.Errors[6].Stage != "submit-done" || r.Errors[6].Class != "all" ||
			r.Errors[6].Jobs != c.judged || r.Errors[6].Mean > 15 || r.Errors[6].P99 > 45 {
			t.Errorf("%q: errors %+v", c.fit, r.Errors)
		}
	}
}

// TestReplayOfAnExactRecording has no error, and the text says so.
func TestReplayOfAnExactRecording(t *testing.T) {
	path := put(t, "trace.txt", recording(40, 0))
	if r := replayed(t, path); r.MAPE > 0.02 || r.Fit.Classes[0].Class != "gfx game/2" ||
		r.Fit.Classes[0].Wake != 60 || r.Fit.Classes[0].Same != 40 {
		t.Errorf("%+v", r)
	}
	o := call(t, "replay", "-device", "amdgpu-2017", path)
	for _, want := range []string{
		"device amdgpu-2017, fitted to jobs 1..40, 40 of 80 jobs judged\n",
		"\ngfx game/2    20       60.0 40.0 ",
		"\ngfx Xorg/2    20       20.0 20.0 ",
		"\nsubmit-done         all    40   0.",
		"\nsubmit-done, mean relative error: 0.0",
	} {
		if !strings.Contains(o.stdout, want) {
			t.Errorf("the report lacks %q:\n%s", want, o.stdout)
		}
	}
	if again := call(t, "replay", path); again != o {
		t.Errorf("the second time it prints\n%s", again.stdout)
	}
}

// TestReplayReportsBadLines with their place, and uses the rest.
func TestReplayReportsBadLines(t *testing.T) {
	good := recording(40, 0)
	lines := strings.SplitAfter(good, "\n")
	lines[6] = "garbage\n" + lines[6]
	lines[12] = "CPU:1 [LOST 3 EVENTS]\n" + lines[12]
	lines[18], lines[19] = lines[19], lines[18]
	lines[24] = "sched" + lines[24][:40] + "\n" + lines[24]
	path := put(t, "trace.txt", strings.Join(lines, ""))
	r := replayed(t, path)
	if r.Judged != 40 || r.MAPE > 0.02 || r.Problems != 4 || r.Counts["broken"] != 2 ||
		r.Counts["lost events"] != 1 || r.Counts["out of order"] != 1 {
		t.Errorf("%+v", r)
	}
	notes := strings.Join(r.Notes, "\n")
	for _, want := range []string{
		path + `:7: is no line of a trace: skipped: "garbage"`,
		path + ":14: events are lost here",
		path + ":22: is 60000 ns earlier",
		path + ":27: ",
	} {
		if !strings.Contains(notes, want) {
			t.Errorf("the notes lack %q:\n%s", want, notes)
		}
	}
}

// TestReplayOfAnotherFile: what one of them lacks is not counted on.
func TestReplayOfAnotherFile(t *testing.T) {
	text := put(t, "trace.txt", recording(40, 5))
	rows := "ring,ctx,seqno,comm,num_ibs,submit_us,run_us,done_us\n"
	for i := range 40 {
		a := 11_000 * i
		rows += fmt.Sprintf("gfx,5,%d,game,2,%d,%d,%d\ngfx,9,%d,other,1,%d,%d,\n", i, a, a+42, a+5045, i,
			a+6000, a+6020)
	}
	table := put(t, "jobs.csv", rows)
	r := replayed(t, "-fit", text, table)
	if r.Judged != 38 || r.Fit.Jobs != 80 || r.MAPE > 0.4 || r.Fit.Classes[0].Same < 45 ||
		r.Fit.Classes[0].Same != r.Fit.Classes[0].Wake || len(r.Notes) != 3 ||
		!strings.Contains(r.Notes[0], "the first 4 jobs warm the replay and are not judged") ||
		!strings.Contains(r.Notes[1], "no job of class gfx other/1 was fitted to") ||
		!strings.Contains(r.Notes[2], "38 jobs are replayed and not judged") {
		t.Errorf("%+v", r)
	}
}

// TestReplayOfTheNextFile: a trace that continues the one that is fitted to is
// replayed behind it, and the job that waits for one of that is right.
func TestReplayOfTheNextFile(t *testing.T) {
	text := recording(60, 0)
	second := strings.Index(text, "Xorg-7 [001] 5.332000") // in the middle of a frame
	if second < 0 {
		t.Fatal("the recording has no such line")
	}
	one, two := put(t, "one.txt", text[:second]), put(t, "two.txt", text[second:])
	r := replayed(t, "-fit", one, two)
	if r.Judged != 59 || r.MAPE > 0.02 || !strings.Contains(strings.Join(r.Notes, "\n"),
		two+" continues "+one+", whose 61 jobs are replayed first") {
		t.Errorf("%+v", r)
	}
}

func TestWrongReplays(t *testing.T) {
	path := put(t, "trace.txt", recording(40, 0))
	empty := put(t, "empty.txt", "cpus=4\nwhat is this\n")
	unfinished := put(t, "u.csv", "ring,submit_us,run_us,done_us\n"+
		strings.Repeat("g,1,2,3\n", 10)+"g,4,5,\n")
	for _, c := range []struct {
		args []string
		want string
	}{
		{nil, "0 files; name one trace"},
		{[]string{path, path}, "2 files; name one trace"},
		{[]string{"-fit", "5..2", path}, "want jobs FIRST..LAST with 1 <= FIRST <= LAST"},
		{[]string{"-fit", "0..2", path}, "want jobs FIRST..LAST"},
		{[]string{"-fit", "1..80", path}, "leaves nothing to judge: " + path + " has 80 jobs"},
		{[]string{"-fit", "1..4", path}, "4 jobs to fit to have all three instants; needed: 8"},
		{[]string{"-fit", "nothing.txt", path}, "nothing.txt: no such file"},
		{[]string{"nothing.txt"}, "nothing.txt: no such file"},
		{[]string{empty}, empty + ":2: is no line of a trace"},
		{[]string{"-fit", "1..10", unfinished}, "none of the 1 jobs to judge has all three instants"},
		{[]string{"-format", "xml", path}, "there are text, json"},
		{[]string{"-device", "voodoo", path}, "device"},
		{[]string{"-speed", "3", path}, "see schedbench replay -h"},
	} {
		o := call(t, append([]string{"replay"}, c.args...)...)
		if o.code != exitUsage || o.stdout != "" || !strings.Contains(o.stderr, c.want) {
			t.Errorf("%q: %+v, want %q", c.args, o, c.want)
		}
	}
}

// TestReplayExamples runs those of -h, if the recorded desktop is there.
func TestReplayExamples(t *testing.T) {
	chdirRoot(t)
	if _, err := os.Stat("../shared/data/traces"); err != nil {
		t.Skip("the recorded desktop is not there")
	}
	text := strings.ReplaceAll(call(t, "replay", "-h").stdout, "\\\n", "")
	ran := 0
	for line := range strings.SplitSeq(text, "\n") {
		args := strings.Fields(line)
		if len(args) < 3 || args[0] != "schedbench" || args[1] != "replay" {
			continue
		}
		ran++
		if o := call(t, args[1:]...); o.code != exitOK || o.stdout == "" || o.stderr != "" {
			t.Errorf("%s: %+v", line, o)
		}
	}
	if ran != 2 {
		t.Errorf("replay -h has %d examples", ran)
	}
}

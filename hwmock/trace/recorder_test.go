package trace_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"credence/core/fence"
	"credence/core/sched"
	"credence/hwmock/trace"
)

// TestFullRecorderKeepsWhatCameBefore, whatever the limit: each file is whole,
// and has nothing from behind the instant that it names.
func TestFullRecorderKeepsWhatCameBefore(t *testing.T) {
	whole := play(t, scenes[0], 0)
	whole.Finish(whole.end)
	if at, full := whole.Full(); full || at != whole.end {
		t.Fatalf("full %t, at %d", full, at)
	}
	all := whole.ftrace(t).Jobs
	for _, limit := range []int{1, 2, 3, 17, 100, 101, 1000} {
		r := play(t, scenes[0], limit)
		r.Finish(r.end)
		at, full := r.Full()
		if !full || at <= 0 && limit > 3 || at >= r.end {
			t.Fatalf("limit %d: full %t at %d", limit, full, at)
		}
		for _, x := range r.perfetto(t).order {
			if x.last > at {
				t.Errorf("limit %d: %s goes on until %d, the recording until %d", limit, x.name, x.last, at)
			}
		}
		tr := r.ftrace(t)
		if tr.Problems.Total() != 0 || len(tr.Jobs) > len(all) {
			t.Errorf("limit %d: %d jobs, %v", limit, len(tr.Jobs), tr.Problems.First)
		}
		for i, j := range tr.Jobs {
			if w := all[i]; j.Done != w.Done || j.Submit != w.Submit ||
				j.End != w.End && j.End != trace.NotRecorded {
				t.Errorf("limit %d: job %d is\n%swant\n%s", limit, i, show(tr.Jobs[i:i+1]),
					show(all[i:i+1]))
			}
		}
	}
}

// TestFinishDropsWhatCameAfter the end of the run.
func TestFinishDropsWhatCameAfter(t *testing.T) {
	r := play(t, scenes[0], 0)
	if err := r.rig.RunUntil(r.end + 5_000_000); err != nil {
		t.Fatal(err)
	}
	r.Finish(r.end)
	same := play(t, scenes[0], 0)
	same.Finish(same.end)
	var a, b bytes.Buffer
	if err := errors.Join(r.WritePerfetto(&a), same.WritePerfetto(&b)); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(a.Bytes(), b.Bytes()) || a.Len() == 0 {
		t.Errorf("%d bytes, then %d", a.Len(), b.Len())
	}
}

// short takes n bytes.
type short struct{ n int }

var errFull = errors.New("disk full")

func (s *short) Write(b []byte) (int, error) {
	if s.n -= len(b); s.n < 0 {
		return 0, errFull
	}
	return len(b), nil
}

func TestWritersReportErrors(t *testing.T) {
	r := play(t, scenes[0], 0)
	r.Finish(r.end)
	for _, f := range trace.Formats() {
		for _, n := range []int{0, 5000} {
			if err := f.Write(r.Recorder, &short{n}); !errors.Is(err, errFull) {
				t.Errorf("%s: %v", f.Ending, err)
			}
		}
	}
}

func TestFormatOf(t *testing.T) {
	for _, f := range trace.Formats() {
		if got, err := trace.FormatOf("a.b/c" + f.Ending); err != nil || got.Ending != f.Ending {
			t.Errorf("%s: %v, %v", f.Ending, got.Ending, err)
		}
	}
	for _, path := range []string{"", "x", "x.txt", "pftrace", ".pftrace/x"} {
		if _, err := trace.FormatOf(path); err == nil ||
			!strings.Contains(err.Error(), "there are .pftrace, .ftrace") {
			t.Errorf("%q: %v", path, err)
		}
	}
}

// TestKilledJobLeavesItsLine from the middle, and from the head.
func TestKilledJobLeavesItsLine(t *testing.T) {
	r := trace.NewRecorder(trace.RecorderConfig{Device: "d"})
	event := func(at fence.Time, k sched.EventKind, job uint64, e fence.Errno) {
		r.Observe(sched.Event{At: at, Kind: k, Job: job, Err: e})
	}
	for job := range uint64(4) {
		event(fence.Time(job), sched.EventQueue, job+1, fence.OK)
	}
	event(10, sched.EventDone, 3, fence.ESRCH)
	event(11, sched.EventDone, 1, fence.ESRCH)
	event(12, sched.EventRun, 2, fence.OK)
	r.Finish(20)
	out := recorded{Recorder: r}
	d := out.perfetto(t)
	var b strings.Builder
	for _, e := range d.named("entity 0")[0].slices {
		b.WriteString(e.name + " ")
	}
	values := d.named("entity 0, queued jobs")[0].values
	if b.String() != "job 1 job 2 job 4 " || values[len(values)-1].value != 1 {
		t.Errorf("at the head: %s, left: %v", b.String(), values)
	}
	if jobs := out.ftrace(t).Jobs; len(jobs) != 4 || jobs[2].End != 10 ||
		jobs[2].Run != trace.NotRecorded {
		t.Errorf("jobs\n%s", show(jobs))
	}
}

package trace_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"credence/core/fence"
	"credence/core/sched"
	"credence/hwmock/device"
	"credence/hwmock/trace"
)

// TestFtraceReadsBackToTheSameJobs with the instants, rings and threads that
// another observer saw. A reset gives jobs to the device twice, of which the
// reader keeps the first.
func TestFtraceReadsBackToTheSameJobs(t *testing.T) {
	for _, s := range scenes {
		t.Run(s.name, func(t *testing.T) {
			r := play(t, s, 0)
			r.Finish(r.end)
			tr := r.ftrace(t)
			again := 0
			for _, runs := range r.run {
				again += len(runs) - 1
			}
			if tr.Problems.Total() != again || (again > 0) != (s.name == "resets") {
				t.Errorf("%d problems, %d second runs: %v", tr.Problems.Total(), again, tr.Problems.First)
			}
			if len(tr.Jobs) != len(r.queue) || r.Jobs() != len(r.queue) {
				t.Fatalf("%d jobs, want %d", len(tr.Jobs), len(r.queue))
			}
			compareJobs(t, r, tr.Jobs)
		})
	}
}

// compareJobs matches jobs by the instant of their push and their place among
// those of the same instant, which is the order of both.
func compareJobs(t *testing.T, r *recorded, jobs []trace.Job) {
	t.Helper()
	byPush := map[fence.Time][]sched.Event{}
	for _, e := range r.pushes {
		byPush[e.At] = append(byPush[e.At], e)
	}
	contexts := map[uint64]uint32{} // entity of each
	seqnos := map[uint32]uint64{}
	for _, j := range jobs {
		if len(byPush[j.Submit]) == 0 {
			t.Fatalf("a job was pushed at %d: none was", j.Submit)
		}
		e := byPush[j.Submit][0]
		byPush[j.Submit] = byPush[j.Submit][1:]
		run, end := trace.NotRecorded, trace.NotRecorded
		if x := r.run[e.Job]; len(x) > 0 {
			run = x[0].At
		}
		if x, ok := r.done[e.Job]; ok {
			end = x.At
		}
		client := r.owners[e.Entity]
		want := fmt.Sprintf("%s sched-%d %d %d %s-%d %d", r.profile.Name, e.Sched, run, end,
			r.comm, 1000+client, 1+client)
		if got := fmt.Sprintf("%s %s %d %d %s-%d %d", j.Dev, j.Ring, j.Run, j.End, j.Comm, j.PID,
			j.Client); got != want {
			t.Fatalf("job %d is %s, want %s", e.Job, got, want)
		}
		// The fences of an entity are one context, and count.
		if of, ok := contexts[j.Done.Context]; ok && of != e.Entity ||
			j.Done.Seqno != seqnos[e.Entity]+1 {
			t.Fatalf("job %d of entity %d has fence %v", e.Job, e.Entity, j.Done)
		}
		contexts[j.Done.Context], seqnos[e.Entity] = e.Entity, j.Done.Seqno
	}
}

// TestFtraceText is the whole text of a small run: an ideal device makes its
// times those of the file. The second job waits for the first one's fence, the
// third for a software fence.
func TestFtraceText(t *testing.T) {
	r := play(t, scene{
		name: "small", device: "ideal", flow: "count:2",
		file: "f\n1.CCS.100.0.0\n2.VCS1.50.-1.0\n1.CCS.7.f-3.0\na.-4\ns.-2\n1.CCS.5.0.0\n" +
			"d.1000\n",
		clients: 1, time: 500_000,
	}, 0)
	r.Finish(r.end)
	var b bytes.Buffer
	if err := r.WriteFtrace(&b); err != nil {
		t.Fatal(err)
	}
	state := func(fence string, ring, jobs, hw int) string {
		return fmt.Sprintf("dev=ideal, fence=%s, ring=sched-%d, job count:%d, hw job count:%d, "+
			"client_id:1\n", fence, ring, jobs, hw)
	}
	var fences []string
	for _, j := range r.ftrace(t).Jobs {
		fences = append(fences, j.Done.String())
	}
	client, worker := "      small.wsim-1000    [000] 0.", "         sched-%d-104857%d [000] 0."
	first, second := fmt.Sprintf(worker, 0, 6), fmt.Sprintf(worker, 1, 7)
	idle := "          <idle>-0       [000] 0."
	soft := strings.Split(b.String(), "depends on fence=")
	want := "cpus=1\n" +
		client + "000000000: drm_sched_job_queue:   " + state(fences[0], 0, 0, 0) +
		client + "000000000: drm_sched_job_queue:   " + state(fences[1], 1, 0, 0) +
		client + "000000000: drm_sched_job_add_dep: fence=" + fences[1] + " depends on fence=" +
		fences[0] + "\n" +
		client + "000000000: drm_sched_job_queue:   " + state(fences[2], 0, 1, 0) +
		client + "000000000: drm_sched_job_add_dep: fence=" + fences[2] + " depends on fence=" +
		strings.SplitAfter(soft[len(soft)-1], "\n")[0] +
		first + "000000000: drm_sched_job_run:     " + state(fences[0], 0, 1, 1) +
		first + "000000000: drm_sched_job_run:     " + state(fences[2], 0, 0, 2) +
		idle + "000100000: drm_sched_job_done:    fence=" + fences[0] + " signaled\n" +
		second + "000100000: drm_sched_job_run:     " + state(fences[1], 1, 0, 1) +
		idle + "000107000: drm_sched_job_done:    fence=" + fences[2] + " signaled\n" +
		client + "000107000: drm_sched_job_queue:   " + state(fences[3], 0, 0, 0) +
		first + "000107000: drm_sched_job_run:     " + state(fences[3], 0, 0, 1) +
		idle + "000112000: drm_sched_job_done:    fence=" + fences[3] + " signaled\n" +
		idle + "000150000: drm_sched_job_done:    fence=" + fences[1] + " signaled\n"
	if b.String() != want {
		t.Errorf("text is\n%s\nwant\n%s", b.String(), want)
	}
}

// TestUnannouncedJobs are those of whom only the schedulers tell.
func TestUnannouncedJobs(t *testing.T) {
	r := trace.NewRecorder(trace.RecorderConfig{Device: "a b", Engines: nil})
	for i, k := range []sched.EventKind{
		sched.EventQueue, sched.EventRun, sched.EventScheduled, sched.EventDone, sched.EventFree,
	} {
		r.Observe(sched.Event{At: fence.Time(i), Kind: k, Job: 7, Sched: 2, Entity: 3})
	}
	r.Observe(sched.Event{
		At: 9, Kind: sched.EventWarn, Warn: sched.WarnTeardownActive, Sched: 2, Entity: 3,
	})
	r.ObserveDevice(device.Event{At: 9, Kind: device.EventInterrupt})
	r.Finish(10)
	out := recorded{Recorder: r}
	jobs := out.ftrace(t).Jobs
	if got := show(jobs); got != "a_b/sched-2 id=0 fence=3:7 nobody-999 cpu=0/0 ibs=0 client=0 "+
		"0 1 3 deps=[] line=2\n" {
		t.Errorf("read back: %s", got)
	}
	d := out.perfetto(t)
	if f := d.flows[7]; len(f) != 3 || f[0].category != "submit" || f[1].category != "run" ||
		!f[2].last {
		t.Errorf("flow %v", f)
	}
	if w := d.named("scheduler 2")[0].instants; w[len(w)-1].name != "teardown-active" {
		t.Errorf("%d instants", len(w))
	}
}

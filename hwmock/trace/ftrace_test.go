package trace_test

import (
	"fmt"
	"strings"
	"testing"

	"credence/core/fence"
	"credence/hwmock/trace"
)

func read(t *testing.T, text string) *trace.Trace {
	t.Helper()
	tr, err := trace.Read("x.txt", strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

// show prints what tests compare of jobs.
func show(jobs []trace.Job) string {
	var b strings.Builder
	for _, j := range jobs {
		fmt.Fprintf(&b, "%s/%s id=%d fence=%v %s-%d cpu=%d/%d ibs=%d client=%d %d %d %d deps=%v "+
			"line=%d\n", j.Dev, j.Ring, j.ID, j.Done, j.Comm, j.PID, j.CPU, j.RunCPU, j.NumIBs, j.Client,
			j.Submit, j.Run, j.End, j.Deps, j.Line)
	}
	return b.String()
}

// want compares jobs, and that nothing is wrong with the text.
func want(t *testing.T, text, jobs string) {
	t.Helper()
	tr := read(t, text)
	if got := show(tr.Jobs); got != jobs {
		t.Errorf("jobs are\n%swant\n%s", got, jobs)
	}
	if tr.Problems.Total() != 0 {
		t.Errorf("problems: %v", tr.Problems.First)
	}
}

// TestStableEvents in the three forms of lines.
func TestStableEvents(t *testing.T) {
	const (
		fields = "dev=0000:c1:00.0, fence=7:9, ring=gfx_0.0.0, job count:1, hw job count:0, client_id:12"
		jobs   = "0000:c1:00.0/gfx_0.0.0 id=0 fence=7:9 glx gears-x-77 cpu=3/0 ibs=0 client=12 " +
			"5000001000 5000020000 5000300000 deps=[7:8 4:2] line=%d\n"
	)
	for name, c := range map[string]struct{ format, head string }{
		"trace-cmd": {"%16s-%-5d [%03d] %s: %s: %s\n", "cpus=4\n"},
		"tracefs": {"%16s-%-7d [%03d] d..1. %s: %s: %s\n", "# tracer: nop\n#\n" +
			"#           TASK-PID     CPU#  |||||  TIMESTAMP  FUNCTION\n"},
		"groups":   {"%16s-%-7d (   77) [%03d] d.h1 %s: %s: %s\n", ""},
		"no group": {"%16s-%-7d (-----) [%03d] .... %s: %s: %s\n", ""},
		"perf":     {"%16s %5d [%03d] %s: gpu_scheduler:%s: %s\n", ""},
		"perf tid": {"%16s 77/%d [%03d] %s: gpu_scheduler:%s: %s\n", ""},
	} {
		t.Run(name, func(t *testing.T) {
			line := func(comm string, pid, cpu int, at, event, message string) string {
				return fmt.Sprintf(c.format, comm, pid, cpu, at, event, message)
			}
			text := c.head +
				line("glx gears-x", 77, 3, "5.000001", "drm_sched_job_queue", fields) +
				line("glx gears-x", 77, 3, "5.000001", "drm_sched_job_add_dep",
					"fence=7:9 depends on fence=7:8") +
				line("kworker/u8:1", 5, 0, "5.000010", "drm_sched_job_unschedulable",
					"fence=7:9 depends on unsignalled fence=4:2") +
				line("<idle>", 0, 1, "5.000012", "drm_sched_job_done", "fence=4:2 signaled") +
				line("kworker/u8:1", 5, 0, "5.000020", "drm_sched_job_run", fields) +
				line("<idle>", 0, 1, "5.000300", "drm_sched_job_done", "fence=7:9 signaled")
			want(t, text, fmt.Sprintf(jobs, 1+strings.Count(c.head, "\n")))
		})
	}
}

// TestOldEvents are keyed by a hashed pointer, which the next job may have again.
func TestOldEvents(t *testing.T) {
	const queue = `Xorg-1588 [001] ..... 149.391136: drm_sched_job: entity=0000000076f0d517, id=%d, ` +
		"fence=000000008dd56028, ring=lima gp, job count:0, hw job count:0\n"
	const run = `lima gp-88 [002] ..... 149.391140: drm_run_job: entity=0000000076f0d517, id=%d, ` +
		"fence=000000008dd56028, ring=lima gp, job count:0, hw job count:1\n"
	const done = "<idle>-0 [001] d.h.. 149.3912%s: drm_sched_process_job: " +
		"fence=000000008dd56028 signaled\n"
	text := fmt.Sprintf(queue, 1) + fmt.Sprintf(run, 1) + fmt.Sprintf(done, "00") +
		strings.ReplaceAll(fmt.Sprintf(queue, 2), ".3911", ".3913") +
		"Xorg-1588 [001] ..... 149.391339: drm_sched_job_wait_dep: job ring=lima gp, id=2, " +
		"depends fence=00000000aaaa0000, context=12, seq=34\n" +
		strings.ReplaceAll(fmt.Sprintf(run, 2), ".3911", ".3914") +
		strings.ReplaceAll(fmt.Sprintf(done, "00"), ".3912", ".3915")
	want(t, text, "/lima gp id=1 fence=000000008dd56028 Xorg-1588 cpu=1/2 ibs=0 client=0 "+
		"149391136000 149391140000 149391200000 deps=[] line=1\n"+
		"/lima gp id=2 fence=000000008dd56028 Xorg-1588 cpu=1/2 ibs=0 client=0 "+
		"149391336000 149391440000 149391500000 deps=[12:34] line=4\n")
}

// TestPointerReusedWithoutAnEnd: what the trace lost does not give its end to
// the next job.
func TestPointerReusedWithoutAnEnd(t *testing.T) {
	tr := read(t, "a-1 [000] 1.000000: drm_sched_job: id=1, fence=00ff, ring=r, job count:0\n"+
		"a-1 [000] 2.000000: drm_sched_job: id=2, fence=00ff, ring=r, job count:0\n"+
		"a-1 [000] 3.000000: drm_sched_process_job: fence=00ff signaled\n")
	if len(tr.Jobs) != 2 || tr.Jobs[0].End != trace.NotRecorded || tr.Jobs[1].End != fence.Time(3e9) {
		t.Errorf("jobs are\n%s", show(tr.Jobs))
	}
}

// TestIntermediateEvents has the two forms that patches had.
func TestIntermediateEvents(t *testing.T) {
	want(t, "glxgears-93 [004] ..... 10.000001: drm_sched_job: dev=0000:03:00.0, id=41, "+
		"fence=(context:268, seqno:5), ring=gfx_0.0.0, job count:1, hw job count:0, "+
		"dependencies:{(context:100, seqno:3), (context:268, seqno:4)}\n"+
		"gfx-9 [001] ..... 10.000002: drm_run_job: dev=0000:03:00.0, id=41, "+
		"fence=(context:268, seqno:5), ring=gfx_0.0.0, job count:1, hw job count:1, dependencies:{}\n"+
		"<idle>-0 [001] d.h.. 10.000003: drm_sched_process_job: fence=(context:268, seqno:5) signaled\n"+
		"glxgears-93 [004] ..... 11.000001: drm_sched_job: dev=0000:03:00.0, id=42, "+
		"fence=268:6, ring=gfx_0.0.0, job count:1, hw job count:0, client_id:8\n"+
		"gfx-9 [001] ..... 11.000002: drm_run_job: dev=0000:03:00.0, id=42, "+
		"fence=268:6, ring=gfx_0.0.0, job count:1, hw job count:1, client_id:8\n"+
		"<idle>-0 [001] d.h.. 11.000003: drm_sched_process_job: fence=268:6 signaled\n",
		"0000:03:00.0/gfx_0.0.0 id=41 fence=268:5 glxgears-93 cpu=4/1 ibs=0 client=0 "+
			"10000001000 10000002000 10000003000 deps=[100:3 268:4] line=1\n"+
			"0000:03:00.0/gfx_0.0.0 id=42 fence=268:6 glxgears-93 cpu=4/1 ibs=0 client=8 "+
			"11000001000 11000002000 11000003000 deps=[] line=4\n")
}

// TestAMDEvents end with the finished fence's signal, not with the scheduled
// one's or the hardware's.
func TestAMDEvents(t *testing.T) {
	const fields = "sched_job=3490037, timeline=gfx, context=4929, seqno=3407, " +
		"ring_name=ffff91cb1ab1bdd0, num_ibs=3\n"
	const signal = "<idle>-0     [001] 630660.%s: dma_fence_signaled:   driver=%s timeline=gfx " +
		"context=%d seqno=%d\n"
	text := "    RenderThread-25155 [003] 630660.291189: amdgpu_cs_ioctl:      " + fields +
		"             gfx-190   [000] 630660.291209: amdgpu_sched_run_job: " + fields +
		fmt.Sprintf(signal, "291224", "amd_sched", 4928, 3407) +
		fmt.Sprintf(signal, "296267", "amdgpu", 0, 3803302) +
		fmt.Sprintf(signal, "296269", "amd_sched", 4929, 3407) +
		"          <idle>-0     [001] 630660.298872: drm_vblank_event:     crtc=0, seq=37841180\n"
	want(t, text, "/gfx id=3490037 fence=4929:3407 RenderThread-25155 cpu=3/0 ibs=3 client=0 "+
		"630660291189000 630660291209000 630660296269000 deps=[] line=1\n")
	if tr := read(t, text); tr.Lines != 6 || tr.Events != 5 || tr.Others != 1 {
		t.Errorf("%d lines, %d events, %d others", tr.Lines, tr.Events, tr.Others)
	}
}

// TestOneJobInTwoForms: a kernel that writes amdgpu's events and the scheduler's
// gives each job once.
func TestOneJobInTwoForms(t *testing.T) {
	text := "a-1 [000] 1.000000: amdgpu_cs_ioctl: sched_job=1, timeline=gfx, context=5, seqno=6\n" +
		"a-1 [000] 1.000001: drm_sched_job_queue: dev=d, fence=5:6, ring=gfx, job count:0\n" +
		"a-1 [000] 1.000002: drm_sched_job_run: dev=d, fence=5:6, ring=gfx, job count:0\n" +
		"a-1 [000] 1.000003: drm_sched_job_done: fence=5:6 signaled\n" +
		"a-1 [000] 1.000009: dma_fence_signaled: driver=drm_sched timeline=gfx context=5 seqno=6\n"
	tr := read(t, text)
	if len(tr.Jobs) != 1 || tr.Jobs[0].Dev != "d" ||
		tr.Jobs[0].End != fence.Time(1_000_003_000) || tr.Twice != 1 || tr.Problems.Total() != 0 {
		t.Errorf("%d twice, problems %v, jobs\n%s", tr.Twice, tr.Problems.First, show(tr.Jobs))
	}
}

// TestNanoseconds of trace-cmd report -t, and names that look like more.
func TestNanoseconds(t *testing.T) {
	const message = "drm_sched_job_queue: dev=d, fence=1:1, ring=r, job count:0, client_id:0\n"
	for comm, prefix := range map[string]string{
		"a [001] b": "  a [001] b-12 [002] 4.123456789: ",
		"a-b-3":     "a-b-3-12 [002] 4.123456789: ",
		"a: b (7)":  "a: b (7)-12 [002] .N... 4.123456789: ",
		"<...>":     "           <...>-12    [002] 4.123456789: ",
		"":          "-12 [002] 4.123456789: ",
		"a-5":       "a-5 12 [002] 4.123456789: sys:",
	} {
		want(t, prefix+message, "d/r id=0 fence=1:1 "+comm+
			"-12 cpu=2/-1 ibs=0 client=0 4123456789 -1 -1 deps=[] line=1\n")
	}
}

// TestPointerIsFreeAfterItsEnd: a job whose submission was lost is not taken for
// the one before, which had the same pointer.
func TestPointerIsFreeAfterItsEnd(t *testing.T) {
	want(t, "a-1 [000] 1.000000: drm_sched_job: id=1, fence=00ff, ring=r\n"+
		"a-1 [000] 2.000000: drm_run_job: id=1, fence=00ff, ring=r\n"+
		"a-1 [000] 3.000000: drm_sched_process_job: fence=00ff signaled\n"+
		"a-1 [000] 4.000000: drm_run_job: id=2, fence=00ff, ring=r\n",
		"/r id=1 fence=00000000000000ff a-1 cpu=0/0 ibs=0 client=0 1000000000 2000000000 "+
			"3000000000 deps=[] line=1\n"+
			"/r id=2 fence=00000000000000ff -0 cpu=-1/0 ibs=0 client=0 -1 4000000000 -1 deps=[] line=4\n")
}

// TestDependenciesAreBounded, and a stray parenthesis hides nothing.
func TestDependenciesAreBounded(t *testing.T) {
	text := "a-1 [000] 1.0: drm_sched_job_queue: dev=d), fence=1:1, ring=r, client_id:3\n"
	for i := range 2 * trace.MaxDeps {
		text += fmt.Sprintf("a-1 [000] 1.0: drm_sched_job_add_dep: fence=1:1 depends on fence=2:%d\n", i)
	}
	tr := read(t, text)
	if len(tr.Jobs) != 1 || len(tr.Jobs[0].Deps) != trace.MaxDeps || tr.Jobs[0].Client != 3 ||
		tr.Problems.Total() != 0 {
		t.Errorf("problems %v, jobs\n%s", tr.Problems.First, show(tr.Jobs))
	}
}

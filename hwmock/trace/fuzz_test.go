package trace_test

import (
	"bytes"
	"strings"
	"testing"

	"credence/hwmock/trace"
)

// seeds are small files of every form.
var seeds = []string{
	good(1, 0, 1, 2),
	head + "gfx,4929,3407,3490037,RenderThread,25155,3,2389,2409,7469\n",
	"cpus=4\na-1 [000] 1.000000: amdgpu_cs_ioctl: sched_job=1, timeline=g, context=5, seqno=6\n" +
		"a-1 [000] 2.000000: dma_fence_signaled: driver=d timeline=g context=5 seqno=6\n",
	"a-1 (-----) [000] ..... 1.0: drm_sched_job: id=1, fence=00ff, ring=r, " +
		"dependencies:{(context:1, seqno:2)}\nCPU:1 [LOST 5 EVENTS]\n" +
		"a-1 [000] 2.0: drm_sched_job_wait_dep: job ring=r, id=1, " +
		"depends fence=00ff, context=1, seq=2\n",
	"p 1/2 [000] 1.0: gpu_scheduler:drm_sched_job_add_dep: fence=1:2 depends on fence=3:4\n",
}

// FuzzRead gives the readers anything, with a piece of it many times over, so
// that lines become longer than they may be: nothing panics, every line and every
// problem is accounted for, and the same text reads the same twice.
func FuzzRead(f *testing.F) {
	for _, s := range seeds {
		f.Add([]byte(s), uint16(0), uint16(0))
		f.Add([]byte(s), uint16(len(s)/2), uint16(20_000))
	}
	f.Fuzz(func(t *testing.T, data []byte, from, times uint16) {
		if len(data) > 0 {
			i := int(from) % len(data)
			piece := data[i:min(len(data), i+8)]
			grown := append(bytes.Clone(data[:i]), bytes.Repeat(piece, int(times))...)
			data = append(grown, data[i:]...)
		}
		tr, err := trace.Read("fuzz", bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		check(t, tr, data)
		again, _ := trace.Read("fuzz", bytes.NewReader(data))
		if show(tr.Jobs) != show(again.Jobs) || tr.Problems.Count != again.Problems.Count {
			t.Error("it reads differently the second time")
		}
	})
}

// check holds what is true of every trace.
func check(t *testing.T, tr *trace.Trace, data []byte) {
	lines := bytes.Count(data, []byte("\n"))
	if len(data) > 0 && data[len(data)-1] != '\n' {
		lines++
	}
	if tr.Lines != lines {
		t.Errorf("%d lines, the text has %d", tr.Lines, lines)
	}
	if n := tr.Problems.Total(); len(tr.Problems.First) != min(n, trace.MaxProblems) {
		t.Errorf("%d problems, %d kept", n, len(tr.Problems.First))
	}
	for _, p := range tr.Problems.First {
		if p.Line < 1 || p.Line > lines || len(p.Error()) > 1000 || strings.Contains(p.Msg, "\n") {
			t.Errorf("of %d lines: %v", lines, p)
		}
	}
	if len(tr.Jobs)+tr.Twice > tr.Events {
		t.Errorf("%d jobs of %d events", len(tr.Jobs)+tr.Twice, tr.Events)
	}
	for i := range tr.Jobs {
		j := &tr.Jobs[i]
		if len(j.Deps) > trace.MaxDeps || len(j.Ring) > trace.MaxName || len(j.Comm) > trace.MaxName ||
			min(j.Submit, j.Run, j.End) < trace.NotRecorded || j.Line < 1 || j.Line > lines {
			t.Errorf("job %s", show(tr.Jobs[i:i+1]))
		}
		if i > 0 && tr.Jobs[i-1].Submit > j.Submit && j.Submit >= 0 {
			t.Errorf("job %d is submitted before the one before it", i)
		}
	}
}

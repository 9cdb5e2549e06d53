//go:build invariants || gofuzz || gofuzz_libfuzzer || libfuzzer

package sched_test

import (
	"fmt"
	"testing"

	"credence/core/fence"
	"credence/core/sched"
)

// TestFreedJobIsPoisoned: whoever asks a job something after its Cleanup is told
// which job, and which of its lives was over.
func TestFreedJobIsPoisoned(t *testing.T) {
	p := newPlain(t, sched.Config{})
	e := p.entity(1)
	jobs := sched.LiveJobs()
	j := new(plainJob)
	j.ID, j.Owner = 11, j
	for life := 1; life < 4; life++ {
		if err := j.Init(e, sched.Need{Credits: 1}); err != nil {
			t.Fatal(err)
		}
		if n := sched.LiveJobs() - jobs; n != 1 {
			t.Errorf("%d jobs live, want 1", n)
		}
		j.Arm()
		j.Push()
		p.drain()
		p.complete(fence.OK)
		if n := sched.LiveJobs() - jobs; n != 0 {
			t.Errorf("%d jobs live, want 0", n)
		}
		for call, do := range map[string]func(){
			"Scheduled": func() { j.Scheduled() }, "Finished": func() { j.Finished() },
			"Entity": func() { j.Entity() }, "Need": func() { j.Need() },
			"Submitted": func() { j.Submitted() }, "Section": func() { j.Section() },
			"DependenciesMet": func() { j.DependenciesMet() },
		} {
			want := fmt.Sprintf("I5: sched: %s of job 11 after its Cleanup, at the end of life %d",
				call, life)
			if got := violation(t, do); got != want {
				t.Errorf("%q, want %q", got, want)
			}
		}
	}
	p.close(e)
}

// TestDoubleFreeIsCaught: a backend that cleans a hung job up, as after a reset,
// and yet says that it does not hang, so that the scheduler would free it again.
func TestDoubleFreeIsCaught(t *testing.T) {
	p := newPlain(t, sched.Config{Timeout: fence.Second})
	p.verdict = func(j *sched.Job, _ *sched.Recovery) sched.Verdict {
		p.flight[0].hw.SignalPut(fence.ETIMEDOUT)
		p.flight = p.flight[1:]
		j.Cleanup() // and yet it has the scheduler put it back
		return sched.VerdictNoHang
	}
	e := p.entity(1)
	p.push(3, e, 1)
	got := violation(t, func() { p.advance(2 * fence.Second) })
	want := "I5: sched: VerdictNoHang or Stop of job 3 after its Cleanup, at the end of life 1"
	if got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestNothingLivesAtQuiescence after runs with every kind of end: done, failed,
// killed, cancelled, dependent on others, and watched from outside.
func TestNothingLivesAtQuiescence(t *testing.T) {
	fences, jobs := fence.Live(), sched.LiveJobs()
	p := newPlain(t, sched.Config{Timeout: fence.Second})
	a, b := p.entity(1), p.entity(2)
	var external fence.Single
	external.Init(p.contexts.Next(1), 1, nil)
	p.push(1, a, 1)
	p.push(2, b, 1, &external.Fence)
	p.push(3, b, 4)
	dropped := p.job(4, a, 1, &external.Fence)
	dropped.Cleanup()
	kept := p.job(5, a, 1)
	kept.Arm()
	watched := kept.Finished().Get()
	kept.Push()
	p.drain()
	p.complete(fence.EIO)
	b.Kill()
	external.SignalPut(fence.OK)
	p.drain()
	p.push(6, a, 1)
	p.close(a, b)
	if n := sched.LiveJobs() - jobs; n != 0 {
		t.Errorf("%d jobs live", n)
	}
	if n := fence.Live() - fences; n != 2 {
		t.Errorf("%d fences live, want the watched one and the hardware fence below it", n)
	}
	if watched.Err() != fence.ECANCELED {
		t.Errorf("the watched one ended with %v", watched.Err())
	}
	watched.Put()
	if n := fence.Live() - fences; n != 0 {
		t.Errorf("%d fences live", n)
	}
}

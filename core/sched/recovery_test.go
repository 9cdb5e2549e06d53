package sched_test

import (
	"slices"
	"testing"

	"credence/core/fence"
	"credence/core/sched"
)

// silent is a handler that does nothing.
type silent struct{}

func (silent) FenceSignaled(*fence.Fence, *fence.Callback) {}

// TestResetWithWatchersOnTheHardwareFence: the job's callback is taken off its
// old fence but stays linked behind a newer one; the resubmission watches the new
// fence all the same, and the end of the old one is nobody's.
func TestResetWithWatchersOnTheHardwareFence(t *testing.T) {
	p := newPlain(t, sched.Config{Timeout: fence.Second})
	p.verdict = func(j *sched.Job, r *sched.Recovery) sched.Verdict {
		r.Stop(j)
		r.Resubmit()
		r.Start(fence.OK)
		return sched.VerdictReset
	}
	own := new(fence.Single)
	own.Init(p.contexts.Next(1), 1, nil)
	var older, newer fence.Callback
	older.Init(silent{})
	newer.Init(silent{})
	p.hw = func(*sched.Job) *fence.Fence {
		if len(p.runs) == 1 {
			if own.Arm(&older) != fence.Armed {
				t.Error("not armed")
			}
			return own.Get()
		}
		return nil
	}
	e := p.entity(1)
	p.push(1, e, 1)
	if own.Arm(&newer) != fence.Armed {
		t.Fatal("not armed")
	}
	p.advance(2 * fence.Second)
	if !slices.Equal(p.runs, []uint64{1, 1}) {
		t.Fatalf("runs %v, want it twice", p.runs)
	}
	own.SignalPut(fence.EIO)
	p.drain()
	if len(p.freed) != 0 {
		t.Fatal("the old fence ends the job")
	}
	p.complete(fence.OK)
	if len(p.freed) != 1 {
		t.Error("the new fence does not")
	}
	p.close(e)
}

// TestStartWithoutResubmit ends what was in flight with the error that it is
// given, or ECANCELED, and what had finished is freed by Stop, newest first.
func TestStartWithoutResubmit(t *testing.T) {
	for _, c := range []struct{ err, want fence.Errno }{
		{fence.OK, fence.ECANCELED}, {fence.EIO, fence.EIO},
	} {
		p := newPlain(t, sched.Config{})
		e := p.entity(1)
		var fences []*fence.Fence
		for id := range uint64(4) {
			j := p.job(id, e, 1)
			j.Arm()
			fences = append(fences, j.Finished().Get())
			j.Push()
		}
		p.drain()
		p.sched.Pause()
		for _, i := range []int{2, 1} { // done, and not freed while paused
			j := p.flight[i]
			p.flight = slices.Delete(p.flight, i, i+1)
			j.hw.SignalPut(fence.OK)
		}
		var pending []uint64
		p.sched.Pending(func(j *sched.Job) bool {
			pending = append(pending, j.ID)
			return len(pending) < 3
		})
		if !slices.Equal(pending, []uint64{0, 1, 2}) {
			t.Errorf("pending: %v", pending)
		}
		p.sched.Stop()
		if !slices.Equal(p.freed, []uint64{2, 1}) {
			t.Errorf("Stop frees %v, want 2 and 1", p.freed)
		}
		p.sched.Stop() // again: what is detached stays so
		p.sched.Start(c.err)
		p.drain()
		for i, f := range fences {
			want := c.want
			if i == 1 || i == 2 {
				want = fence.OK
			}
			if !f.Signaled() || f.Err() != want {
				t.Errorf("job %d ends with %v, want %v", i, f.Err(), want)
			}
			f.Put()
		}
		for _, m := range p.flight {
			m.hw.SignalPut(fence.OK)
		}
		p.flight = nil
		p.close(e)
	}
}

// TestPauseTakesItemsOff that are queued, and Resume queues both again.
func TestPauseTakesItemsOff(t *testing.T) {
	p := newPlain(t, sched.Config{})
	e := p.entity(1)
	j := p.job(1, e, 1)
	j.Arm()
	j.Push()
	if len(p.list) != 1 || p.list[0].Item() != sched.ItemRun || p.list[0].Scheduler() != p.sched {
		t.Fatalf("a push queues %d items", len(p.list))
	}
	p.sched.Pause()
	if len(p.list) != 0 {
		t.Errorf("%d items are queued for a scheduler that is stopped", len(p.list))
	}
	p.push(2, e, 1)
	if len(p.runs) != 0 {
		t.Error("it runs while it is stopped")
	}
	p.sched.Resume()
	if len(p.list) != 2 || p.list[0].Item() != sched.ItemRun || p.list[1].Item() != sched.ItemFree {
		t.Errorf("Resume queues %d items", len(p.list))
	}
	p.drain()
	if !slices.Equal(p.runs, []uint64{1, 2}) {
		t.Errorf("runs %v", p.runs)
	}
	p.close(e)
}

// TestStalledAndWhatItWaitsFor follows what the worker saw last.
func TestStalledAndWhatItWaitsFor(t *testing.T) {
	p := newPlain(t, sched.Config{})
	e, b := p.entity(1), p.entity(2)
	external := p.external(1)
	p.push(1, e, 3)
	if p.sched.Stalled() != nil {
		t.Error("something is held back")
	}
	j := p.push(2, e, 2, &external.Fence)
	if p.sched.Stalled() != &j.Job || j.DependenciesMet() || j.Submitted() != p.now {
		t.Error("job 2 is not held back, or its dependency is met")
	}
	external.Signal()
	if !j.DependenciesMet() {
		t.Error("its dependency is not met")
	}
	p.complete(fence.OK)
	if p.sched.Stalled() != nil || len(p.flight) != 1 {
		t.Error("it is held back for nothing")
	}
	if got := p.sched.Score(); got != 2 { // a member, and a job
		t.Errorf("score %d", got)
	}
	p.close(e, b)
	if got := p.sched.Score(); got != 0 {
		t.Errorf("score %d at the end", got)
	}
}

// TestErrorsOfTheHardware reach finished, whichever way the backend says them.
func TestErrorsOfTheHardware(t *testing.T) {
	for name, run := range map[string]func(p *plain){
		"signalled before RunJob returns": func(p *plain) {
			p.hw = func(*sched.Job) *fence.Fence {
				f := p.external(1)
				f.SignalError(fence.EIO)
				return &f.Fence
			}
		},
		"returned": func(p *plain) { p.fail = fence.EIO },
		"returned by a resubmission": func(p *plain) {
			p.verdict = func(j *sched.Job, r *sched.Recovery) sched.Verdict {
				p.fail = fence.EIO
				r.Stop(j)
				r.Resubmit()
				r.Start(fence.OK)
				return sched.VerdictReset
			}
		},
	} {
		p := newPlain(t, sched.Config{Timeout: fence.Second})
		run(p)
		e := p.entity(1)
		j := p.job(1, e, 1)
		j.Arm()
		f := j.Finished().Get()
		j.Push()
		p.drain()
		if !f.Signaled() {
			p.advance(2 * fence.Second)
		}
		want := fence.EIO
		if name == "returned by a resubmission" {
			// Start has the last word about a job without a hardware fence.
			want = fence.ECANCELED
		}
		if !f.Signaled() || f.Err() != want || len(p.freed) != 1 {
			t.Errorf("%s: %v, freed %v", name, f.Err(), p.freed)
		}
		f.Put()
		p.close(e)
	}
}

// TestStartWithoutStop leaves what runs alone.
func TestStartWithoutStop(t *testing.T) {
	p := newPlain(t, sched.Config{})
	e := p.entity(1)
	p.push(1, e, 4)
	p.sched.Start(fence.EIO)
	p.drain()
	if len(p.freed) != 0 || p.sched.Admission().(*sched.Scalar).InFlight() != 4 {
		t.Errorf("freed %v, %d credits in flight", p.freed,
			p.sched.Admission().(*sched.Scalar).InFlight())
	}
	p.complete(fence.OK)
	if len(p.freed) != 1 {
		t.Error("it does not end")
	}
	p.close(e)
}

// TestFreeThatTakesTime keeps the worker, and the next job is run by an item of
// its own, after that time.
func TestFreeThatTakesTime(t *testing.T) {
	p := newPlain(t, sched.Config{Admission: admission(t, "count:1")})
	p.freeing = fence.Microsecond
	e := p.entity(1)
	p.push(1, e, 1)
	p.push(2, e, 1)
	j := p.flight[0]
	p.flight = nil
	j.hw.SignalPut(fence.OK)
	w := p.list[0]
	p.list = p.list[1:]
	if w.Item() != sched.ItemFree {
		t.Fatalf("the completion queues %s", w.Item())
	}
	if busy := w.Run(); busy != fence.Microsecond || len(p.runs) != 1 || len(p.list) != 1 ||
		p.list[0].Item() != sched.ItemRun {
		t.Errorf("busy %d, runs %v, %d items", busy, p.runs, len(p.list))
	}
	p.drain()
	if !slices.Equal(p.runs, []uint64{1, 2}) {
		t.Errorf("runs %v", p.runs)
	}
	p.complete(fence.OK)
	p.close(e)
}

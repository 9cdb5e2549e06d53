package sched_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"credence/core/fence"
	"credence/core/sched"
)

// clock is the owner of hardware fences that take hints.
type clock struct{ told []sched.Time }

func (c *clock) FenceReleased(*fence.Base)                 {}
func (c *clock) SetDeadline(_ *fence.Fence, at fence.Time) { c.told = append(c.told, at) }

// TestDeadlineReachesTheHardware, whether it is set before the job runs or
// after, the earliest of several, and none that is later.
func TestDeadlineReachesTheHardware(t *testing.T) {
	for _, c := range []struct {
		name          string
		before, after []sched.Time
		want          []sched.Time
	}{
		{"none", nil, nil, nil},
		{"before it runs", []sched.Time{700, 500, 600}, nil, []sched.Time{500}},
		{"at time 0", []sched.Time{0}, nil, []sched.Time{0}},
		{"in the past", []sched.Time{-5}, nil, []sched.Time{0}},
		{"far off", []sched.Time{fence.Never}, nil, []sched.Time{fence.Never - 1}},
		{"after", nil, []sched.Time{300, 400, 200}, []sched.Time{300, 200}},
		{"both", []sched.Time{500}, []sched.Time{500, 600, 400}, []sched.Time{500, 400}},
	} {
		hw := new(clock)
		p := newPlain(t, sched.Config{})
		p.owner = hw
		e := p.entity(1)
		j := p.job(1, e, 1)
		j.Arm()
		f, s := j.Finished().Get(), j.Scheduled()
		for _, at := range c.before {
			f.SetDeadline(at)
		}
		s.SetDeadline(1) // takes none
		p.drain()
		j.Push()
		if len(hw.told) != 0 {
			t.Errorf("%s: told %v before it runs", c.name, hw.told)
		}
		p.drain()
		for _, at := range c.after {
			f.SetDeadline(at)
			p.drain()
		}
		if !slices.Equal(hw.told, c.want) {
			t.Errorf("%s: the hardware is told %v, want %v", c.name, hw.told, c.want)
		}
		p.complete(fence.OK)
		f.SetDeadline(1) // signalled: nobody is told
		p.drain()
		if !slices.Equal(hw.told, c.want) {
			t.Errorf("%s: told %v after the end", c.name, hw.told)
		}
		f.Put()
		// The next life of the job's fences has no deadline.
		p.push(2, e, 1)
		if len(hw.told) != len(c.want) {
			t.Errorf("%s: the next job is hinted %v", c.name, hw.told)
		}
		p.complete(fence.OK)
		p.close(e)
	}
}

// TestDeadlineSurvivesAReset: the fence that a resubmission returns is told
// again, though the first one was.
func TestDeadlineSurvivesAReset(t *testing.T) {
	hw := new(clock)
	p := newPlain(t, sched.Config{Timeout: fence.Second})
	p.owner = hw
	p.verdict = func(j *sched.Job, r *sched.Recovery) sched.Verdict {
		r.Stop(j)
		old := p.flight
		p.flight = nil
		for _, m := range old {
			m.hw.SignalPut(fence.ECANCELED)
		}
		r.Resubmit()
		r.Start(fence.OK)
		return sched.VerdictReset
	}
	e := p.entity(1)
	j := p.job(1, e, 1)
	j.Arm()
	f := j.Finished().Get()
	j.Push()
	p.drain()
	f.SetDeadline(77)
	p.drain()
	p.advance(2 * fence.Second)
	if !slices.Equal(hw.told, []sched.Time{77, 77}) || !slices.Equal(p.runs, []uint64{1, 1}) {
		t.Errorf("runs %v, told %v", p.runs, hw.told)
	}
	p.complete(fence.OK)
	if f.Err() != fence.OK {
		t.Errorf("it ends with %v", f.Err())
	}
	f.Put()
	p.close(e)
}

// TestDeadlinesAgainstDumbTwin: at any time the hardware fence of a job that
// runs knows the earliest of what was asked for its finished fence.
func TestDeadlinesAgainstDumbTwin(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 8))
	p := newPlain(t, sched.Config{})
	e := p.entity(1)
	for id := uint64(1); id < 200; id++ {
		hw := new(clock)
		p.owner = hw
		j := p.job(id, e, 1)
		j.Arm()
		f := j.Finished().Get()
		least := fence.Never
		runs := false
		for range 12 {
			if random.IntN(3) > 0 {
				at := sched.Time(random.IntN(1000))
				f.SetDeadline(at)
				least = min(least, at)
				if random.IntN(2) == 0 {
					p.drain()
				}
			} else if !runs {
				j.Push()
				runs = true
			}
		}
		if !runs {
			j.Push()
		}
		p.drain()
		if n := len(hw.told); least != fence.Never && (n == 0 || hw.told[n-1] != least) ||
			least == fence.Never && n != 0 || !slices.IsSortedFunc(hw.told, func(a, b sched.Time) int {
			return int(b - a)
		}) {
			t.Fatalf("job %d: told %v, the earliest is %d", id, hw.told, least)
		}
		p.complete(fence.OK)
		f.Put()
	}
	p.close(e)
}

// TestDeadlineAfterTeardown finds nobody: the job is left in its entity.
func TestDeadlineAfterTeardown(t *testing.T) {
	p := newPlain(t, sched.Config{})
	e := p.entity(1)
	external := p.external(1)
	j := p.job(1, e, 1, &external.Fence)
	j.Arm()
	f := j.Finished().Get()
	j.Push()
	p.drain()
	p.sched.Fini()
	f.SetDeadline(5)
	if len(p.list) != 0 {
		t.Errorf("%d items queued", len(p.list))
	}
	f.Put()
}

// TestHintsCostNothingTwice: who says nothing new queues nothing, and a hint for
// one job is not repeated to another's hardware fence.
func TestHintsCostNothingTwice(t *testing.T) {
	p := newPlain(t, sched.Config{})
	e := p.entity(1)
	var owners [2]clock
	var fences [2]*fence.Fence
	for i := range fences {
		p.owner = &owners[i]
		j := p.job(uint64(i), e, 1)
		j.Arm()
		fences[i] = j.Finished().Get()
		fences[i].SetDeadline(100)
		j.Push()
		p.drain()
	}
	for _, at := range []sched.Time{100, 101} {
		fences[0].SetDeadline(at)
		if len(p.list) != 0 {
			t.Errorf("a hint of %d after one of 100 queues %d items", at, len(p.list))
		}
	}
	fences[1].SetDeadline(50)
	fences[1].SetDeadline(40)
	if len(p.list) != 1 || p.list[0].Item() != sched.ItemHint {
		t.Errorf("two hints queue %d items", len(p.list))
	}
	p.drain()
	if !slices.Equal(owners[0].told, []sched.Time{100}) ||
		!slices.Equal(owners[1].told, []sched.Time{100, 40}) {
		t.Errorf("told %v and %v", owners[0].told, owners[1].told)
	}
	for i := range fences {
		p.complete(fence.OK)
		fences[i].Put()
	}
	p.close(e)
}

package device_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"credence/core/fence"
	"credence/hwmock/des"
	"credence/hwmock/device"
	"credence/hwmock/profile"
)

// duel does the same to a device and to its twin, and compares after each
// operation everything that can be seen.
type duel struct {
	t      *testing.T
	r      *rand.Rand
	m      *machine
	d      *dumb
	queues []*device.UserQueue
	ranks  []uint8
	lives  []life // all jobs, oldest first
	reuse  []*job // freed and recycled
	holds  []hold
	ops    int
	freed  int
	tally  *tally
}

// life is one submission on both sides. The job's memory may have another life
// by now.
type life struct {
	j    *job
	gen  uint64
	d    *dumbJob
	over bool // the scheduler's hold has ended
}

// hold is a reference to the hardware fence of a life, by its place in lives.
type hold struct {
	f    *fence.Fence
	life int
}

// tally shows that the programs are what they are meant to be.
type tally struct {
	ops, jobs, refused, overruns, barriers, stale, reused, held int
}

// randomProfile draws latencies that often are equal, or 0, and small limits.
func randomProfile(r *rand.Rand) *profile.Profile {
	latency := func() fence.Duration {
		return fence.Duration([]int{0, 1, 10, r.IntN(40), r.IntN(1000)}[r.IntN(5)])
	}
	p := testProfile()
	p.RunCost = 9
	p.Doorbell, p.PickUp, p.Dispatch = latency(), latency(), latency()
	p.Retire, p.IRQ, p.FirmwareWake = latency(), latency(), latency()
	p.IdleOff = 10 * latency()
	p.Ring = []int{8, 20, 70, 1280}[r.IntN(4)]
	p.Buffer = []int{6, 12, 128}[r.IntN(3)]
	return p
}

func newDuel(t *testing.T, r *rand.Rand, y *tally) *duel {
	p := randomProfile(r)
	v := &duel{t: t, r: r, d: &dumb{p: p}, tally: y}
	m := &machine{t: t, events: des.New(), cost: p.RunCost}
	m.Device = device.New(device.Config{
		Events: m.events, Profile: p, Contexts: new(fence.Contexts), Watcher: m, Freed: v.free,
	})
	v.m = m
	for range 1 + r.IntN(4) {
		q := m.NewQueue()
		for k := range device.NumKinds {
			// The wrap is near.
			q.SetStamp(k, -uint32(r.IntN(30))*0x100)
		}
		v.queues = append(v.queues, q)
		v.ranks = append(v.ranks, device.Priorities-1)
		v.d.addUser()
	}
	return v
}

// free takes back a job's memory.
func (v *duel) free(j *device.Job) {
	v.freed++
	for i := range v.lives {
		if l := &v.lives[i]; &l.j.Job == j && l.gen == j.Gen() {
			held := slices.ContainsFunc(v.holds, func(h hold) bool { return h.life == i })
			if !l.over || held || l.d.commands != nil && l.j.at == fence.Never {
				v.t.Errorf("op %d: job %d is freed; the scheduler's hold has ended %t, its fence "+
					"signalled at %d, and is held %t", v.ops, l.d.id, l.over, l.j.at, held)
			}
			if v.r.IntN(3) > 0 {
				j.Recycle()
				v.reuse = append(v.reuse, l.j)
			}
			return
		}
	}
	v.t.Errorf("op %d: a job is freed that nobody knows", v.ops)
}

// command draws a command of a job, and whom a barrier is about.
func (v *duel) command(j *dumbJob) (c device.Command, on *dumbJob) {
	c.Kind = device.Kind(v.r.IntN(int(device.NumKinds)))
	if v.r.IntN(3) > 0 {
		c.Duration = fence.Duration(v.r.IntN(4) * v.r.IntN(300))
		switch c.Kind {
		case device.Vertex:
			c.Engines = only(vtx)
		case device.Fragment:
			c.Engines = only(frag)
		default:
			c.Engines = uint64(1+v.r.IntN(7)) << ccs
		}
		return c, nil
	}
	v.tally.barriers++
	c.AfterKind = device.Kind(v.r.IntN(int(device.NumKinds)))
	if len(v.lives) == 0 || v.r.IntN(3) == 0 {
		return c, j
	}
	back := min(len(v.lives), 1+v.r.IntN(20))
	l := &v.lives[len(v.lives)-back]
	c.After, c.AfterGen = &l.j.Job, l.gen
	if l.j.Gen() != l.gen {
		v.tally.stale++
	}
	return c, l.d
}

// submit submits a random job to both.
func (v *duel) submit() {
	u := v.r.IntN(len(v.queues))
	var j *job
	if n := len(v.reuse); n > 0 {
		j = v.reuse[n-1]
		v.reuse = v.reuse[:n-1]
		j.Queue, j.at = v.queues[u], fence.Never
		v.m.jobs++
		j.ID = v.m.jobs
		v.tally.reused++
	} else {
		j = v.m.newJob(v.queues[u])
	}
	d := &dumbJob{id: j.ID, end: fence.Never}
	var on []*dumbJob
	for range 1 + v.r.IntN(4) {
		c, x := v.command(d)
		j.Commands = append(j.Commands, c)
		on = append(on, x)
	}
	list := slices.Clone(j.Commands)
	err := v.m.submit(j)
	if room := v.d.submit(d, u, v.ranks[u], list, on); room != (err == fence.OK) {
		v.t.Fatalf("op %d: job %d: %v, twin has room %t", v.ops, j.ID, err, room)
	}
	v.tally.jobs++
	v.lives = append(v.lives, life{j: j, gen: j.Gen(), d: d})
	if err != fence.OK {
		v.tally.refused++
		v.endHold(len(v.lives) - 1)
	} else if v.r.IntN(8) == 0 {
		v.holds = append(v.holds, hold{j.Hardware().Get(), len(v.lives) - 1})
		v.tally.held++
	}
}

// endHold ends the scheduler's hold on a job that is done.
func (v *duel) endHold(i int) {
	l := &v.lives[i]
	l.over = true
	l.j.EndHold()
}

// op does one random operation.
func (v *duel) op() {
	v.ops++
	switch k := v.r.IntN(100); {
	case k < 38:
		v.submit()
	case k < 85:
		if a, b := v.m.events.Step(fence.Never), v.d.step(fence.Never); a != b {
			v.t.Fatalf("op %d: an event %t, twin %t", v.ops, a, b)
		}
	case k < 90:
		to := v.d.now.Add(fence.Duration(v.r.IntN(3000)))
		v.m.until(to)
		for v.d.step(to) {
		}
		v.d.now = to
	case k < 92:
		u := v.r.IntN(len(v.queues))
		p := uint8(v.r.IntN(6))
		v.queues[u].SetPriority(p)
		v.ranks[u] = min(p, device.Priorities-1)
	case k < 94:
		if n := len(v.holds); n > 0 {
			i := v.r.IntN(n)
			h := v.holds[i]
			v.holds = slices.Delete(v.holds, i, i+1)
			h.f.Put()
		}
	default:
		for i := range v.lives {
			if l := &v.lives[i]; !l.over && l.d.end != fence.Never && v.r.IntN(2) == 0 {
				v.endHold(i)
			}
		}
	}
	v.compare()
}

package device

import (
	"math/bits"

	"credence/core/fence"
	"credence/hwmock/des"
	"credence/hwmock/profile"
)

// ppm is one, in parts per million.
const ppm = 1_000_000

// clock is how fast the engines execute. Two things slow them down, by the
// profile: each other, since they share what is behind them, and the clock rate.
// Of n busy engines each takes 1 + (n-1)*Contention times as long, and at a rate f
// of at most F each takes F/f times as long. Durations hold at F, alone.
//
// The rate follows the load: once per PStateSample it becomes the least at which
// the busiest engine would have worked PStateTarget of that time. A device that
// was idle for a sample begins at the lowest rate.
type clock struct {
	device *Device
	paced  bool   // the pace can change
	pace   uint64 // time that work takes, ppm
	state  int    // of the profile's PStates
	rested fence.Time
	marks  [profile.MaxEngines]fence.Duration // how busy each engine was at the last sample
	sample des.Event
}

func (c *clock) init(d *Device) {
	p := d.profile
	c.device, c.pace = d, ppm
	c.paced = p.Contention > 0 || p.PStateSample > 0
	if p.PStateSample == 0 {
		c.state = max(0, len(p.PStates)-1)
	}
	c.sample.Init(c)
}

// Rate returns the clock rate in kHz, 0 if the profile has none.
func (d *Device) Rate() int {
	if len(d.profile.PStates) == 0 {
		return 0
	}
	return d.profile.PStates[d.clock.state]
}

// now returns the pace with n engines busy.
func (c *clock) now(n int) uint64 {
	p := c.device.profile
	pace := uint64(ppm + max(0, n-1)*p.Contention)
	if p.PStateSample == 0 {
		return pace
	}
	return pace * uint64(p.PStates[len(p.PStates)-1]) / uint64(p.PStates[c.state])
}

// changed brings what runs to the pace of the moment. fresh, which may be nil,
// began now and has no end yet.
func (c *clock) changed(fresh *engine) {
	d := c.device
	now := d.events.Now()
	if fresh != nil && d.profile.PStateSample > 0 && !c.sample.Pending() {
		c.wake(now)
	}
	n := 0
	for i := range d.engines {
		if d.engines[i].running != nil {
			n++
		}
	}
	pace := c.now(n)
	for i := range d.engines {
		g := &d.engines[i]
		if g.running == nil || g != fresh && pace == c.pace {
			continue
		}
		if g != fresh {
			g.settle(now)
			d.events.Cancel(&g.end)
		}
		if e := g.running; e.dur != Endless {
			d.events.Schedule(&g.end, now.Add(stretch(e.dur, pace)), des.ClassHardware, uint32(g.id))
		}
	}
	c.pace = pace
}

// stretch returns how long work of d takes at a pace, rounded up.
func stretch(d fence.Duration, pace uint64) fence.Duration {
	hi, lo := bits.Mul64(uint64(d), pace)
	lo, carry := bits.Add64(lo, ppm-1, 0)
	q, _ := bits.Div64(hi+carry, lo, ppm)
	return fence.Duration(q)
}

// settle takes off what runs what it has executed up to now.
func (g *engine) settle(now fence.Time) {
	e := g.running
	spent := now.Sub(g.since)
	g.busy += spent
	g.since = now
	if e.dur == Endless {
		return
	}
	hi, lo := bits.Mul64(uint64(spent), ppm)
	did, _ := bits.Div64(hi, lo, g.device.clock.pace)
	e.dur = max(0, e.dur-fence.Duration(did))
}

// wake begins to sample, at the lowest rate if the device has rested for long.
func (c *clock) wake(now fence.Time) {
	d := c.device
	if now.Sub(c.rested) >= d.profile.PStateSample {
		c.state = 0
	}
	c.mark(now)
	d.events.Schedule(&c.sample, now.Add(d.profile.PStateSample), des.ClassHardware, 0)
}

func (c *clock) mark(now fence.Time) {
	for i := range c.device.engines {
		c.marks[i] = c.device.engines[i].busyUntil(now)
	}
}

// Fire is the end of a sample.
func (c *clock) Fire(now fence.Time, _ *des.Event) {
	d, p := c.device, c.device.profile
	var most fence.Duration
	running := false
	for i := range d.engines {
		g := &d.engines[i]
		most = max(most, g.busyUntil(now)-c.marks[i])
		running = running || g.running != nil
	}
	// The least rate f with f * target >= present rate * load.
	load := uint64(p.PStates[c.state]) * uint64(most)
	c.state = 0
	for c.state < len(p.PStates)-1 &&
		uint64(p.PStates[c.state])*uint64(p.PStateTarget)/ppm*uint64(p.PStateSample) < load {
		c.state++
	}
	c.mark(now)
	c.rested = now
	if running {
		d.events.Schedule(&c.sample, now.Add(p.PStateSample), des.ClassHardware, 0)
		c.changed(nil)
	}
	d.check(nil)
}

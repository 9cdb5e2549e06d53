package device_test

import (
	"testing"

	"credence/core/fence"
	"credence/hwmock/device"
	"credence/hwmock/profile"
)

// quick returns a profile in which only execution takes time.
func quick() *profile.Profile {
	p := testProfile()
	p.RunCost, p.Doorbell, p.PickUp, p.Dispatch, p.Retire, p.IRQ, p.FirmwareWake = 9, 0, 0, 0, 0, 0, 0
	return p
}

// TestBusyEnginesSlowEachOtherDown by the profile's contention: of n each takes
// 1 + (n-1)/4 times as long, for as long as n are busy.
func TestBusyEnginesSlowEachOtherDown(t *testing.T) {
	p := quick()
	p.Contention = 250_000
	m := newMachine(t, p)
	run := func(engine int, d fence.Duration) {
		m.run(m.NewQueue(), work(device.Compute, only(engine), d))
	}
	run(ccs, 1000)
	m.until(100) // 900 are left
	run(vcs1, 400)
	m.until(350) // 250 of time are 200 of work: 700 and 200 are left
	run(vcs2, 2000)
	// 200 at half as slow again are 300 of time: vcs1 ends at 650; 500 are left of
	// ccs, which end 625 later, and of vcs2 1800, of which 500 by then.
	m.settle()
	m.want(span{ccs, 0, 1275}, span{vcs1, 100, 650}, span{vcs2, 350, 1275 + 1300})
	if b := m.Busy(vcs1); b != 550 {
		t.Errorf("vcs1 was busy for %d", b)
	}
}

// TestContentionConservesWork: whatever the order, engines that contend in full
// get as much done as one alone, within a nanosecond a change.
func TestContentionConservesWork(t *testing.T) {
	p := quick()
	p.Contention = 1_000_000
	m := newMachine(t, p)
	var total fence.Duration
	for i := range 60 {
		d := fence.Duration(1000 + 37*i)
		total += d
		m.run(m.NewQueue(), work(device.Compute, only(ccs+i%3), d))
	}
	m.settle()
	if now := m.events.Now().Sub(0); now < total || now > total+3*60 {
		t.Errorf("%d of work take %d", total, now)
	}
}

// TestClockFollowsTheLoad: it starts at the lowest rate, a device that is always
// busy gets the highest after a sample, one that is busy for a share of the time
// the least rate that would do, and one that rests the lowest.
func TestClockFollowsTheLoad(t *testing.T) {
	p := quick()
	p.PStates, p.PStateSample, p.PStateTarget = []int{250, 500, 1000}, 1000, 800_000
	m := newMachine(t, p)
	q := m.NewQueue()
	rate := func(at fence.Time, want int) {
		t.Helper()
		m.until(at)
		if r := m.Rate(); r != want {
			t.Errorf("at %d the clock is at %d kHz, want %d", at, r, want)
		}
	}
	// 250 of work are done at a quarter of the rate in the first sample, and of all
	// of it at 250 a load of 1 wants more than 250/0.8: 500, then 1000.
	m.run(q, work(device.Compute, only(ccs), 250+500+1900))
	rate(999, 250)
	rate(1000, 500)
	rate(2000, 1000)
	m.until(10_000)
	m.want(span{ccs, 0, 3900})
	m.spans = nil
	// The last sample was busy, but after a rest it is at the lowest again. A load of
	// 0.4 at 250 needs no more.
	for n := range fence.Time(5) {
		m.until(10_000 + 1000*n)
		m.run(q, work(device.Compute, only(ccs), 100))
		rate(10_000+1000*n+1, 250)
	}
	m.settle()
	if len(m.spans) != 5 || m.spans[4] != (span{ccs, 14_000, 14_400}) {
		t.Errorf("executions at the lowest rate are %v", m.spans)
	}
	if n := m.events.Len(); n != 0 {
		t.Errorf("%d events are left: an idle device samples", n)
	}
}

// TestEndlessAtAnyPace: End ends it at once, whatever the pace.
func TestEndlessAtAnyPace(t *testing.T) {
	p := quick()
	p.Contention = 500_000
	m := newMachine(t, p)
	j := m.run(m.NewQueue(), work(device.Compute, only(ccs), device.Endless))
	m.until(50)
	m.run(m.NewQueue(), work(device.Compute, only(vcs1), 100))
	m.until(80)
	m.End(&j.Job)
	m.settle()
	// 30 of time are 20 of work.
	m.want(span{ccs, 0, 80}, span{vcs1, 50, 160})
}

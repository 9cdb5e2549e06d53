package rig_test

import (
	"testing"

	"credence/core/fence"
	"credence/core/sched"
)

// TestWait looks before anything else, then after each step that called Wake,
// and at the deadline.
func TestWait(t *testing.T) {
	b := newBench(t, 1, 0)
	s := b.scheds[0]
	looks := 0
	look := func(yes func() bool) func() bool {
		looks = 0
		return func() bool { looks++; return yes() }
	}
	never := func() bool { return false }

	b.at(10, func() { t.Error("it does not look first") })
	always := func() bool { return true }
	if !b.x.Wait(s, look(always), fence.Never) || looks != 1 || b.x.Now() != 0 {
		t.Errorf("done at once: %d looks, now %d", looks, b.x.Now())
	}
	b = newBench(t, 1, 0)
	s = b.scheds[0]
	flag := false
	for at := range fence.Time(10) {
		b.at(10*at, func() { flag = at >= 4 })
	}
	b.at(55, func() { b.x.Wake(s) })
	set := func() bool { return flag }
	if !b.x.Wait(s, look(set), fence.Never) || looks != 2 || b.x.Now() != 55 {
		t.Errorf("woken at 55: %d looks, now %d", looks, b.x.Now())
	}
	if b.x.Wait(s, look(never), 75) || looks != 2 || b.x.Now() != 75 {
		t.Errorf("deadline of 75: %d looks, now %d", looks, b.x.Now())
	}
	if b.x.Wait(s, look(never), 75) || b.x.Now() != 75 {
		t.Errorf("deadline now: now %d", b.x.Now())
	}
	if b.x.Wait(s, look(never), 3) || b.x.Now() != 75 {
		t.Errorf("deadline in the past: now %d", b.x.Now())
	}
	flag = false
	if !b.x.Wait(s, look(func() bool { return b.x.Now() == 85 }), 85) || looks != 2 {
		t.Errorf("true at the deadline: %d looks, now %d", looks, b.x.Now())
	}
	// Nothing will ever happen: it says so rather than hang.
	if b.x.Wait(s, look(never), fence.Never) || b.x.Now() != 90 || b.events.Len() != 0 {
		t.Errorf("no deadline: now %d, %d events", b.x.Now(), b.events.Len())
	}
}

// TestFlushWaitsForTheQueue uses Wait and Wake as the scheduler does.
func TestFlushWaitsForTheQueue(t *testing.T) {
	b := newBench(t, 1, 0)
	for range 3 {
		b.push(0, costs{run: 10})
	}
	left := b.entities[0].Flush(100, sched.Exit{Exiting: true})
	if left != 1000 || b.x.Now() != 20 {
		// At least a microsecond is left, by the contract.
		t.Errorf("%d ns are left at %d, want 1000 at 20: the third job runs then", left, b.x.Now())
	}
	for range 3 {
		b.push(0, costs{run: 1000})
	}
	left = b.entities[0].Flush(1500, sched.Exit{Exiting: true})
	if left != 0 || b.x.Now() != 1520 {
		t.Errorf("%d ns are left at %d, want 0 at 1520", left, b.x.Now())
	}
}

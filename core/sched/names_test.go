package sched_test

import (
	"strings"
	"testing"

	"credence/core/credit"
	"credence/core/sched"
)

// TestFlowsReadWhatTheyWrite, and refuse the rest with what would do.
func TestFlowsReadWhatTheyWrite(t *testing.T) {
	lanes := [sched.NumLanes]uint32{4, 4, 4, 8, 8, 8}
	for _, s := range []string{
		"credits:7", "count:2", "credits-job:1280", "credits-max:126", "credits-sum:126", "lanes",
		"canrun", "prepare",
	} {
		f, err := sched.ParseFlow(s)
		if err != nil || f.String() != s {
			t.Errorf("%s reads as %v, %v", s, f, err)
		}
		if _, err := f.Admission(lanes); err != nil {
			t.Errorf("%s: %v", s, err)
		}
	}
	for s, want := range map[string]string{
		"credits-max":  "credits-max:126",
		"credits-sum":  "credits-sum:126",
		"credits-job":  "credits-job:1280",
		"credits-sum:": "", "credits": "needs a limit, as in credits:2", "count:0": "the limit must be 1 to",
		"count:x": "the limit must be 1 to", "lanes:3": "its limits are the device's; write lanes",
		"none": "unknown; there are credits:N, count:N, credits-job:1280",
	} {
		switch f, err := sched.ParseFlow(s); {
		case strings.Contains(want, ":") && !strings.Contains(want, " "):
			if err != nil || f.String() != want {
				t.Errorf("%s reads as %v, %v; want %s", s, f, err, want)
			}
		case err == nil || !strings.Contains(err.Error(), want):
			t.Errorf("%s: %v, want %q", s, err, want)
		}
	}
	for _, f := range []sched.Flow{{Kind: 99}, {Kind: sched.FlowCount}} {
		if _, err := f.Admission(lanes); err == nil {
			t.Errorf("%d has an admission", f.Kind)
		}
	}
	if _, err := (sched.Flow{Kind: sched.FlowLanes}).Admission([sched.NumLanes]uint32{1}); err == nil {
		t.Error("lanes without limits have an admission")
	}
}

// TestFlowsCostWhatTheySay of a job that needs three slots of one queue and two of
// another.
func TestFlowsCostWhatTheySay(t *testing.T) {
	need := sched.Need{Credits: 5}
	need.Lanes, _ = credit.Pack(3, 2, 0, 3, 2, 0)
	for flow, want := range map[string]uint32{
		"credits:40": 5, "count:40": 1, "credits-job:40": 1, "credits-max:40": 3, "credits-sum:40": 5,
	} {
		p := newPlain(t, sched.Config{Admission: admission(t, flow)})
		a := p.sched.Admission().(*sched.Scalar)
		e := p.entity(1)
		j := new(plainJob)
		j.Owner = j
		if err := a.Check(need); err != nil {
			t.Fatal(err)
		}
		if err := j.Init(e, need); err != nil {
			t.Fatal(err)
		}
		j.Arm()
		j.Push()
		p.drain()
		if n := a.InFlight(); n != want || a.Limit() != 40 {
			t.Errorf("%s: %d of %d in flight, want %d", flow, n, a.Limit(), want)
		}
		p.complete(0)
		if n := a.InFlight(); n != 0 {
			t.Errorf("%s: %d in flight at rest", flow, n)
		}
		p.close(e)
	}
}

// TestBackendsFlowsTakeNothing: what they ask the backend for is the backend's to
// count.
func TestBackendsFlowsTakeNothing(t *testing.T) {
	for _, flow := range []string{"canrun", "prepare"} {
		p := newPlain(t, sched.Config{Admission: admission(t, flow)})
		if err := p.sched.Admission().Check(sched.Need{}); err != nil {
			t.Errorf("%s: %v", flow, err)
		}
		e := p.entity(1)
		for id := range uint64(20) {
			p.push(id, e, 1)
		}
		if len(p.flight) != 20 {
			t.Errorf("%s: %d in flight, want 20", flow, len(p.flight))
		}
		if d := p.sched.Dump(); d.Room != nil {
			t.Errorf("%s: has limits %v of its own", flow, d.Room)
		}
		p.close(e)
	}
}

// TestNamesReadBack for policies and priorities.
func TestNamesReadBack(t *testing.T) {
	for _, n := range sched.PolicyNames() {
		if p, err := sched.ParsePolicy(n); err != nil || p.String() != n {
			t.Errorf("policy %s reads as %v, %v", n, p, err)
		}
	}
	if _, err := sched.ParsePolicy("lifo"); err == nil || !strings.Contains(err.Error(), "there are fair, fifo, rr") {
		t.Error(err)
	}
	for p := sched.Kernel; p < sched.NumPriorities; p++ {
		if got, err := sched.ParsePriority(p.String()); err != nil || got != p {
			t.Errorf("priority %s reads as %v, %v", p, got, err)
		}
	}
	if _, err := sched.ParsePriority("top"); err == nil || !strings.Contains(err.Error(), "there are kernel, high") {
		t.Error(err)
	}
	if s := sched.NumPriorities.String(); s != "priority(4)" {
		t.Errorf("no priority is called %s", s)
	}
	items := map[string]bool{}
	for i := sched.ItemRun; i <= sched.ItemHint; i++ {
		items[i.String()] = true
	}
	if len(items) != 5 || items[""] {
		t.Errorf("items are called %v", items)
	}
	if sched.FlowLanes.String() != "lanes" || sched.EventDone.String() != "finished" {
		t.Error("names have changed")
	}
}

package rig_test

import (
	"testing"

	"credence/core/fence"
	"credence/hwmock/rig"
	"credence/hwmock/workload"
)

// splitFrame decodes each frame on two video engines at once: the second half
// starts with the first, which spins until the second is done.
const splitFrame = `X.1.0,M.1.VCS1,B.1
X.2.0,M.2.VCS2,B.2,b.2.VCS2.VCS1
f
1.DEFAULT.*.f-1.0
2.DEFAULT.4000.s-1.0
a.-3
s.-2
T.-4
3.RCS.2000.-5/-4.0
3.VECS.2000.-1.0
4.BCS.1000.-1.0
s.-2
p.16667
`

// TestSplitFrame: both video engines execute for as long as the half that has an
// end, but for the latencies, and no frame is late.
func TestSplitFrame(t *testing.T) {
	const frames = 60
	for _, name := range []string{"ideal", "apple-m1"} {
		p := parts(t, name)
		s := newSystem(t, rig.Config{Profile: p, Flow: flow(t, "lanes")})
		s.add(splitFrame, workload.Options{Repeats: frames})
		s.finish()
		if m := s.clients[0].Metrics(); m.Missed != 0 || m.Iterations != frames {
			t.Errorf("%s: %+v", name, m)
		}
		spins := s.Device().Busy(engine(t, p, "vcs1"))
		works := s.Device().Busy(engine(t, p, "vcs2"))
		if works != frames*4000*us {
			t.Errorf("%s: the half with an end takes %d ns", name, works)
		}
		switch {
		case name == "ideal" && spins != works,
			spins < works-frames*50*us || spins > works+frames*1000*us:
			t.Errorf("%s: the half without an end takes %d ns, the other %d", name, spins, works)
		}
	}
}

// TestPinnedBurstSpreads: leaders that are submitted at once share the engines
// that they may run on, though the device has none of them yet.
func TestPinnedBurstSpreads(t *testing.T) {
	p := parts(t, "ideal")
	s := newSystem(t, rig.Config{Profile: p, Flow: flow(t, "lanes")})
	s.add("M.1.VCS,B.1,M.2.RCS|CCS,B.2,b.2.CCS.VCS1,b.2.RCS.VCS2\nf\n1.VCS.1000.f-1.0\n2.DEFAULT.10.s-1.0\n"+
		"1.VCS.1000.f-3.0\n2.DEFAULT.10.s-1.0\n1.VCS.1000.f-5.0\n2.DEFAULT.10.s-1.0\n"+
		"1.VCS.1000.f-7.0\n2.DEFAULT.10.s-1.0\n", workload.Options{Repeats: 1})
	s.finish()
	for _, c := range []struct {
		engine string
		busy   fence.Duration
	}{{"vcs1", 2000 * us}, {"vcs2", 2000 * us}, {"ccs1", 20 * us}, {"vtx", 4 * us}, {"frag", 16 * us}} {
		if b := s.Device().Busy(engine(t, p, c.engine)); b != c.busy {
			t.Errorf("%s is busy for %d ns, want %d", c.engine, b, c.busy)
		}
	}
}

// TestEndlessRenderIsFragmentWork without an end.
func TestEndlessRenderIsFragmentWork(t *testing.T) {
	p := parts(t, "ideal")
	s := newSystem(t, rig.Config{Profile: p, Flow: flow(t, "lanes")})
	s.add("1.RCS.*.0.0\nd.700\nT.-2\n", workload.Options{Repeats: 1})
	s.finish()
	if v, f := s.Device().Busy(engine(t, p, "vtx")), s.Device().Busy(engine(t, p, "frag")); v != 1 ||
		f != 700*us-1 {
		t.Errorf("vertex for %d, fragment for %d ns", v, f)
	}
}

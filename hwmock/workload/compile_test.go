package workload_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"credence/hwmock/workload"
)

func TestCompileRefusesWhatItCannotExpress(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"1.RCS.1.0.0\n1.RCS.*.0.0\n1.RCS.*.0.0\nT.-1", "2: the batch has no end (duration *), as no " +
			"T step names it, and would hang its engine; add a T step behind it, or give"},
		{"S.1.-1\nS.1.8\n1.RCS.1.0.0", "2: 8 masks no subset of the 3 slices of device test; write a " +
			"mask from 1 to 7, or -1 for all"},
		{"S.1.0\n1.RCS.1.0.0", "1: 0 masks no subset of the 3 slices"},

		{"M.2.VCS\nb.2.VCS1.RCS\n2.VCS1.1.0.0", "2: bonds of context 2 need load balancing; put " +
			"steps such as M.2.VCS and B.2 before it"},
		{"M.2.VCS1,B.2\nb.2.VCS1|VCS2.RCS\n2.VCS1.1.0.0", "2: engine VCS2 is not in the engine map of " +
			"context 2, line 1, which has VCS1; name one"},
		{"M.2.VCS,B.2\nb.2.VCS.RCS\n2.VCS1.1.0.0", "2: VCS means VCS1, VCS2, and a bond is between " +
			"single engines; name one"},
		{"M.2.VCS,B.2\nb.2.VCS1.VCS\n2.VCS1.1.0.0", "2: VCS means VCS1, VCS2, and a bond"},
		{"M.2.VCS,B.2\nb.2.VCS1.VCS3\n2.VCS1.1.0.0", "2: no engine VCS3 on device test; it has"},
		{"M.2.VCS,B.2\nb.2.VCS3.RCS\n2.VCS1.1.0.0", "2: no engine VCS3 on device test; it has"},
		{"M.2.VCS,B.2\nb.2.VCS1.VCS1\n1.VCS1.1.0.0\n2.VCS.1.s-1.0", "4: no engine is left for the batch " +
			"when the one that it starts with runs on VCS1; add a bond such as b.2.ENGINE.VCS1, or widen"},
		{"M.2.VCS,B.2\n1.RCS.1.0.0,1.BCS.1.0.0\n2.VCS.1.s-1/s-2.0", "3: a batch of a context with load " +
			"balancing starts with one other at most, which its engine depends on; leave one"},
		{"1.RCS.1.0.0\nt.3", "2: the throttle looks back 3 steps, more than the 2 of the file; use"},
		{"d.5\np.10", "1: the file has no batch, so clients would do nothing; add one"},

		{"1.VCS3.1.0.0", "1: no engine VCS3 on device test; it has VCS1, VCS2"},
		{"1.VCS1-1.1.0.0", "1: no engine VCS1-1 on device test; it has VCS1, VCS2"},
		{"M.1.RCS|VECS2\n1.RCS.1.0.0", "1: no engine VECS2 on device test; it has VECS"},

		{"B.1\nM.1.VCS\n1.VCS.1.0.0", "1: load balancing of context 1 needs an engine map; put a step " +
			"such as M.1.VCS before it"},
		{"M.1.VCS\nM.1.VCS1\n1.VCS1.1.0.0", "2: context 1 has another engine map in line 1, and a map " +
			"holds for the whole file; use another context"},
		{"M.1.VCS1\nB.1\n1.VCS2.1.0.0", "3: engine VCS2 is not in the engine map of context 1, line 1, " +
			"which has VCS1; name one of those"},
		{"M.1.VCS\n1.RCS.1.0.0", "2: engine RCS is not in the engine map of context 1, line 1, " +
			"which has VCS1, VCS2; name one of those"},
		{"M.1.VCS\n1.VCS.1.0.0", "2: VCS means VCS1, VCS2 of context 1's engine map; add B.1 " +
			"after line 1"},
		{"M.1.VCS|RCS\n1.DEFAULT.1.0.0", "2: DEFAULT means RCS, VCS1, VCS2 of context 1's engine " +
			"map; add"},
	} {
		w, err := parse(c.text)
		if err != nil {
			t.Errorf("%q: %v", c.text, err)
			continue
		}
		p, err := w.Compile(testDevice)
		var unsupported *workload.UnsupportedError
		if p != nil || !errors.As(err, &unsupported) {
			t.Errorf("%q: got %v, want an UnsupportedError", c.text, err)
		} else if !strings.HasPrefix(err.Error(), "test.wsim:"+c.want) {
			t.Errorf("%q:\ngot  %v\nwant test.wsim:%s", c.text, err, c.want)
		}
	}
}

func TestDeviceWithoutTheClassSaysWhatItHas(t *testing.T) {
	w, err := parse("1.CCS.1.0.0")
	if err != nil {
		t.Fatal(err)
	}
	small := workload.Capabilities{Device: "small", Engines: []workload.Engine{
		{Class: workload.VCS, Instance: 1}, {Class: workload.VCS, Instance: 2, GT: 1},
		{Class: workload.VCS, Instance: 1, GT: 1}, {Class: workload.RCS, Instance: 1},
	}}
	_, err = w.Compile(small)
	const want = "test.wsim:1: no engine CCS on device small; it has VCS1-0, VCS2, VCS1-1, RCS"
	if err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}

func TestSlicesAreRefusedWithoutSlices(t *testing.T) {
	w, err := parse("S.3.-1\nS.3.1\n1.RCS.1.0.0")
	if err != nil {
		t.Fatal(err)
	}
	rcs := []workload.Engine{{Class: workload.RCS, Instance: 1}}
	_, err = w.Compile(workload.Capabilities{Device: "whole", Engines: rcs})
	const want = "test.wsim:2: device whole has no slices to mask; write S.3.-1, or remove the step"
	if err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
	for _, n := range []int{-1, workload.MaxSlices + 1} {
		if _, err := w.Compile(workload.Capabilities{Device: "d", Engines: rcs, Slices: n}); err == nil ||
			!strings.Contains(err.Error(), "slices; give 0 to 31") {
			t.Errorf("%d slices: %v", n, err)
		}
	}
}

func TestAddressSpacesAreThoseAssigned(t *testing.T) {
	p := compile(t, "1.RCS.1.0.0\nV.5,V.9\n2.RCS.1.0.0\nv.5.2,v.5.3,v.9.3,v.9.4\n3.RCS.1.0.0\n")
	var vms []int
	for _, c := range p.Contexts() {
		vms = append(vms, c.VM)
	}
	if !reflect.DeepEqual(vms, []int{0, 5, 9}) {
		t.Errorf("contexts 1 to 3 live in %v", vms)
	}
}

func TestDefaultEngineIsRenderThenComputeThenTheFirst(t *testing.T) {
	vcs := workload.Engine{Class: workload.VCS, Instance: 1}
	ccs := workload.Engine{Class: workload.CCS, Instance: 1}
	rcs := workload.Engine{Class: workload.RCS, Instance: 1}
	for _, c := range []struct {
		engines []workload.Engine
		want    workload.EngineSet
	}{
		{[]workload.Engine{vcs, ccs, rcs}, 1 << 2},
		{[]workload.Engine{vcs, ccs}, 1 << 1},
		{[]workload.Engine{vcs}, 1},
	} {
		w, err := parse("1.DEFAULT.1.0.0")
		if err != nil {
			t.Fatal(err)
		}
		p, err := w.Compile(workload.Capabilities{Device: "d", Engines: c.engines})
		if err != nil || p.Contexts()[0].Engines != c.want {
			t.Errorf("%v: %v, %v, want %b", c.engines, p, err, c.want)
		}
	}
}

func TestDeviceWithoutSenseIsRefused(t *testing.T) {
	w, err := parse("1.RCS.1.0.0")
	if err != nil {
		t.Fatal(err)
	}
	rcs := workload.Engine{Class: workload.RCS, Instance: 1}
	for _, c := range []struct {
		engines []workload.Engine
		want    string
	}{
		{nil, "has 0 engines"},
		{make([]workload.Engine, 65), "has 65 engines"},
		{[]workload.Engine{rcs, rcs}, "has engine RCS1-0 twice"},
		{[]workload.Engine{rcs, {Class: workload.RCS}}, "engine 1 is RCS-0"},
		{[]workload.Engine{{Class: workload.RCS, Instance: 1, GT: workload.AnyGT}}, "engine 0 is RCS1"},
		{[]workload.Engine{{Instance: 1}}, "engine 0 is DEFAULT1-0"},
	} {
		_, err := w.Compile(workload.Capabilities{Device: "odd", Engines: c.engines})
		if err == nil || !strings.Contains(err.Error(), "device odd") ||
			!strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: got %v, want %q in it", c.engines, err, c.want)
		}
	}
}

func TestContextsAreThoseWithBatches(t *testing.T) {
	p := compile(t, "M.9.VCS,B.9\nP.8.1\n7.RCS.1.0.0\n9.VCS.1.0.0\n7.VCS2.1.0.0\n0.BCS.1.0.0\n")
	want := []workload.Context{{ID: 0, Engines: 1 << 1}, {ID: 7, Engines: 1<<0 | 1<<3},
		{ID: 9, Engines: 1<<2 | 1<<3}}
	if got := p.Contexts(); !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if p.Name() != "test.wsim" || p.Line(3) != 3 {
		t.Errorf("name %q, line of step 3 is %d", p.Name(), p.Line(3))
	}
}

func TestSameMapTwiceIsOneMap(t *testing.T) {
	p := compile(t, "M.1.VCS\nB.1\nM.1.VCS1|VCS2\n1.DEFAULT.1.0.0\n")
	if got := p.Contexts()[0].Engines; got != 1<<2|1<<3 {
		t.Errorf("engines are %b", got)
	}
}

func TestOptionsOutOfRangeAreRefused(t *testing.T) {
	p := compile(t, "1.RCS.1.0.0")
	for _, c := range []struct {
		o    workload.Options
		want string
	}{
		{workload.Options{Clients: -1}, "-1 clients; give 1 to 4096"},
		{workload.Options{Clients: 4097}, "4097 clients"},
		{workload.Options{FirstIndex: -1}, "first client index -1"},
		{workload.Options{Repeats: -1}, "-1 repeats"},
		{workload.Options{DurationScale: -1}, "scale -1"},
		{workload.Options{DelayScale: 1e7}, "scale 1e+07; give a factor above 0, up to 1e+06"},
	} {
		if g, err := workload.NewGroup(p, newHost(1), c.o); g != nil || err == nil ||
			!strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: got %v, want %q in it", c.o, err, c.want)
		}
	}
}

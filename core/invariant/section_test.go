package invariant_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"credence/core/invariant"
)

type name string

func (n name) String() string { return string(n) }

// broken returns what f broke, or nil.
func broken(f func()) (v *invariant.Violation) {
	defer func() {
		if err, ok := recover().(error); ok {
			v, _ = errors.AsType[*invariant.Violation](err)
		}
	}()
	f()
	return nil
}

var deeds = []struct {
	name string
	do   func(*invariant.Section, string)
}{
	{"allocates with blocking", invariant.MightAlloc},
	{"waits", invariant.MightBlock},
	{"locks a reservation", invariant.ResvLock},
}

// TestOpenSectionRefuses what may wait, with every place that it is open at, and
// nothing outside.
func TestOpenSectionRefuses(t *testing.T) {
	for _, d := range deeds {
		var s invariant.Section
		try := func() *invariant.Violation { return broken(func() { d.do(&s, "a cup of tea") }) }
		if v := try(); v != nil {
			t.Errorf("before Begin: %v", v)
		}
		s.Begin(invariant.Place{Who: name("sched 1"), Call: "free item", None: true})
		s.Begin(invariant.Place{Who: name("sched 1"), Call: "FreeJob", Job: 9})
		want := d.name + " inside the signalling critical section: a cup of tea; " +
			"in sched 1, FreeJob of job 9, in sched 1, free item"
		switch v := try(); {
		case !invariant.Enabled && (v != nil || s.Open()):
			t.Errorf("without the build tags: %v", v)
		case invariant.Enabled && (v == nil || v.ID != invariant.L2 || v.Detail != want):
			t.Errorf("got %v, want L2: %s", v, want)
		}
		s.End()
		if v := try(); invariant.Enabled && (v == nil || strings.Contains(v.Detail, "FreeJob")) {
			t.Errorf("after the inner End: %v", v)
		}
		s.End()
		if v := try(); v != nil {
			t.Errorf("after End: %v", v)
		}
	}
}

// TestNobodysSectionIsNeverOpen: who has no token is outside.
func TestNobodysSectionIsNeverOpen(t *testing.T) {
	for _, d := range deeds {
		if v := broken(func() { d.do(nil, "anything") }); v != nil {
			t.Error(v)
		}
	}
}

// TestProductionSectionHasNoSize, so that whoever embeds one pays nothing.
func TestProductionSectionHasNoSize(t *testing.T) {
	if size := reflect.TypeFor[invariant.Section]().Size(); !invariant.Enabled && size != 0 {
		t.Errorf("a Section takes %d bytes", size)
	}
}

func TestEndWithoutBegin(t *testing.T) {
	defer func() {
		if r := recover(); invariant.Enabled != (r != nil) {
			t.Errorf("End of a closed section panics with %v", r)
		}
	}()
	new(invariant.Section).End()
}

func TestNamesOfRules(t *testing.T) {
	seen := map[string]bool{}
	for id := invariant.None; id <= invariant.F1; id++ {
		n := id.String()
		if n == "" || n == "invalid" || seen[n] {
			t.Errorf("rule %d is called %q", id, n)
		}
		seen[n] = true
	}
	if n := (invariant.F1 + 1).String(); n != "invalid" {
		t.Errorf("no rule is called %q", n)
	}
}

func TestFailCarriesTheRuleAndTheValues(t *testing.T) {
	v := broken(func() { invariant.Fail(invariant.I8, "on %d lists", 2) })
	if v == nil || v.ID != invariant.I8 || v.Error() != "I8: on 2 lists" {
		t.Errorf("got %v", v)
	}
}

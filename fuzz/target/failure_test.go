package target_test

import (
	"strings"
	"testing"

	"credence/core/fence"
	"credence/core/invariant"
	"credence/core/sched"
	"credence/fuzz/oracle"
	"credence/fuzz/prog"
	"credence/fuzz/target"
)

const twoOps = "# credence-program 1\nsubmit 3 entity=0 compute=1 dur=7\nadvance 9\n"

func failureIn(t *testing.T, at int, f func()) *target.Finding {
	t.Helper()
	p, err := prog.Parse("p", twoOps)
	if err != nil {
		t.Fatal(err)
	}
	x := target.FindingIn(p, at, f)
	if x == nil {
		t.Fatal("no failure")
	}
	return x
}

// One bug has one class, whatever the values; another rule, operation or place
// in the core is another bug.
func TestClassTellsBugsApart(t *testing.T) {
	broken := func(v string) func() {
		return func() { panic(&oracle.Violation{Rule: "I1", Detail: v}) }
	}
	push := func(id uint64) func() {
		return func() { (&sched.Job{ID: id}).Push() }
	}
	arm := func() { new(sched.Job).Arm() }
	put := func() {
		var f fence.Single
		f.Init(1, 1, nil)
		f.Put()
		f.Put()
	}
	for _, c := range []struct {
		at         int
		f          func()
		class      string // what it starts with
		detail     string
		sameAs     func()
		unlike     func()
		coreFrames bool
	}{
		{at: 0, f: broken("a"), class: "I1/submit", detail: "a\n", sameAs: broken("b")},
		{at: 1, f: broken("a"), class: "I1/advance", detail: "in operation 1 of 2"},
		{at: 2, f: broken("a"), class: "I1/heal", detail: "in operation 2 of 2"},
		{at: 0, f: func() { invariant.Fail(invariant.I5, "gone %d", 3) },
			class: "I5/submit/", detail: "gone 3", coreFrames: true},
		{at: 1, f: push(4), class: "panic/advance/", detail: "Push of job 4",
			sameAs: push(5), unlike: arm, coreFrames: true},
		{at: 1, f: put, class: "panic/advance/", detail: "Put without", unlike: arm, coreFrames: true},
	} {
		x := failureIn(t, c.at, c.f)
		if !strings.HasPrefix(x.Class, c.class) || !c.coreFrames && x.Class != c.class {
			t.Errorf("class %s, want %s", x.Class, c.class)
		}
		if !strings.Contains(x.Message, c.detail) {
			t.Errorf("detail %q, want %q", x.Message, c.detail)
		}
		if c.sameAs != nil {
			if y := failureIn(t, c.at, c.sameAs); y.Class != x.Class {
				t.Errorf("one bug, classes %s and %s", x.Class, y.Class)
			}
		}
		if c.unlike != nil {
			if y := failureIn(t, c.at, c.unlike); y.Class == x.Class {
				t.Errorf("two bugs of class %s", x.Class)
			}
		}
	}
}

// What a failure prints last is a program, up to the operation that failed.
func TestFindingEndsWithItsProgram(t *testing.T) {
	for at, ops := range []int{1, 2, 2} {
		x := failureIn(t, at, func() { panic("no") })
		text := x.String()
		q, err := prog.Parse("q", text[strings.Index(text, "# credence-program"):])
		if err != nil {
			t.Fatal(err)
		}
		if len(q.Ops) != ops {
			t.Errorf("failed in operation %d of 2: %d operations printed", at, len(q.Ops))
		}
	}
}

//go:build invariants || gofuzz || gofuzz_libfuzzer || libfuzzer

package rig_test

import (
	"errors"
	"strings"
	"testing"

	"credence/core/fence"
	"credence/core/invariant"
	"credence/core/sched"
	"credence/hwmock/rig"
	"credence/hwmock/workload"
)

// broke returns the text of the invariant that f broke, or "".
func broke(f func()) (text string) {
	defer func() {
		err, _ := recover().(error)
		if v, ok := errors.AsType[*invariant.Violation](err); ok {
			text = v.Error()
		}
	}()
	f()
	return ""
}

// TestWhoEndsAJobIsInTheSection: what is called when a job completes runs in the
// device's interrupt handler, and must not make contexts, which allocates, or
// wait.
func TestWhoEndsAJobIsInTheSection(t *testing.T) {
	for _, c := range []struct {
		want string
		deed func(r *rig.Rig)
	}{
		{"L2: allocates with blocking", func(r *rig.Rig) { _, _ = r.NewContext(sched.Normal) }},
		{"L2: waits", func(r *rig.Rig) {
			r.Contexts()[0].Entity().Flush(fence.Second, sched.Exit{Exiting: true})
		}},
		{"L2: waits", func(r *rig.Rig) { r.Schedulers()[0].Pause() }},
	} {
		var r *rig.Rig
		var said []string
		r, err := rig.New(rig.Config{
			Profile: parts(t, "apple-m1"), Flow: flow(t, "lanes"),
			Completed: func(fence.Duration) {
				said = append(said, broke(func() { c.deed(r) }))
			},
		})
		if err != nil {
			t.Fatal(err)
		}
		g, err := r.AddClients(compile(t, "1.CCS.10.0.0\n", r), workload.Options{Repeats: 2})
		if err != nil {
			t.Fatal(err)
		}
		for r.Step(fence.Never) {
		}
		g.Close()
		if len(said) != 2 {
			t.Fatalf("%d jobs completed, want 2", len(said))
		}
		for i, s := range said {
			place := "in device apple-m1, interrupt of job " + string(rune('1'+i))
			if !strings.Contains(s, c.want) || !strings.Contains(s, place) {
				t.Errorf("%q, want %q and %q", s, c.want, place)
			}
		}
		if got := broke(func() { _, _ = r.NewContext(sched.Normal) }); got != "" {
			t.Errorf("outside any section: %s", got)
		}
	}
}

package rig_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"credence/core/fence"
	"credence/core/sched"
	"credence/hwmock/rig"
	"credence/hwmock/workload"
)

// idleTwin integrates the time idle while ready the dumb way: it looks at
// everything after each step, and adds what lies between two looks.
type idleTwin struct {
	s     *system
	at    fence.Time
	idle  []bool // as the last look had it
	total []fence.Duration
}

func (d *idleTwin) look() {
	now := d.s.Now()
	for i, idle := range d.idle {
		if idle {
			d.total[i] += now.Sub(d.at)
		}
	}
	d.at = now
	clear(d.idle)
	for _, s := range d.s.Schedulers() {
		j := s.Stalled()
		if j == nil || !j.DependenciesMet() {
			continue
		}
		for i := range d.idle {
			if d.s.FirstEngines(j)>>i&1 != 0 && d.s.Device().Idle(i) {
				d.idle[i] = true
			}
		}
	}
}

// TestIdleWhileReadyAgreesWithItsTwin at every step of random scenes.
func TestIdleWhileReadyAgreesWithItsTwin(t *testing.T) {
	var sum fence.Duration
	randomScenes(t, 300, func(_ *rand.Rand, x scene) (ops int) {
		s := newSystem(t, x.config)
		n := len(x.config.Profile.Engines)
		d := &idleTwin{s: s, idle: make([]bool, n), total: make([]fence.Duration, n)}
		s.add(x.text, workload.Options{Repeats: 6, Clients: x.clients})
		for s.Step(fence.Never) {
			ops++
			d.look()
			for i := range n {
				if got := s.IdleWhileReady(i); got != d.total[i] {
					t.Errorf("engine %d at %d: %d ns idle while ready, twin %d", i, s.Now(), got,
						d.total[i])
					return ops
				}
			}
		}
		for i := range n {
			sum += d.total[i]
		}
		return ops
	})
	t.Logf("%d ns idle while ready", sum)
	if sum < fence.Millisecond {
		t.Error("the scenes are too calm")
	}
}

// TestCountsWarnings: a render costs two credits of which there is one; it is cut
// to that, runs alone, and each is counted.
func TestCountsWarnings(t *testing.T) {
	s := newSystem(t, rig.Config{Profile: parts(t, "ideal"), Flow: flow(t, "credits-sum:1")})
	var warned []uint64
	s.onWarn = func(e sched.Event) {
		if e.Warn != sched.WarnOversize {
			t.Errorf("warning %s", e.Warn)
		}
		warned = append(warned, e.Job)
	}
	s.add("1.RCS.10.0.0\n1.CCS.10.0.0\n", workload.Options{Repeats: 3})
	s.finish()
	if n := s.Counts().Warnings; n != 3 || !slices.Equal(warned, []uint64{1, 3, 5}) {
		t.Errorf("%d warnings, of jobs %v; want the renders", n, warned)
	}
	if s.Now() != fence.Time(60*us) {
		t.Errorf("one by one they take %d ns", s.Now())
	}
}

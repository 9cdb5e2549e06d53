package stress

import (
	"sync"

	"go.uber.org/goleak"

	"credence/core/credit"
	"credence/core/fence"
	"credence/core/sched"
	"credence/fuzz/prog"
)

// heal ends what the program left open, tears down what it wants torn down while
// jobs are pending, and then waits until every job is at home. One that never comes
// home is what Serve's watch finds.
func (m *machine) heal() {
	for _, u := range m.units {
		if u.stopped.Load() {
			u.stopped.Store(false)
			u.sched.Start(fence.ETIME)
		} else {
			u.sched.Resume()
		}
	}
	for i := range m.external {
		finish(&m.external[i], fence.OK)
	}
	for i := range m.timeline {
		finish(&m.timeline[i], fence.OK)
	}
	down := m.rough()
	for _, u := range m.units {
		u.engine.heal()
		m.poke()
	}
	for _, p := range m.producers {
		for range ownJobs {
			<-p.home.jobs
		}
	}
	for i, u := range m.units {
		if !down[i] {
			u.sched.Fini()
		}
	}
	close(m.off)
	m.lines.Wait()
	for _, u := range m.units {
		u.worker.Close()
	}
	for _, x := range [][]exchange{m.external[:], m.timeline[:], m.jobs[:]} {
		for i := range x {
			x[i].put(dep{})
		}
	}
}

// rough tears down, at the same time, the schedulers that the program tears down,
// with what is pending there, while interrupts go on.
func (m *machine) rough() map[int]bool {
	down := map[int]bool{}
	var all sync.WaitGroup
	for _, o := range m.program.Ops {
		id := int(o.Target) % len(m.units)
		if o.Kind == prog.FiniSched && !down[id] {
			down[id] = true
			all.Go(m.units[id].sched.Fini)
		}
	}
	all.Wait()
	return down
}

// account checks what holds when everything has ended. The jobs are at home, so
// each ended at least once; that none ended twice they have seen to.
func (m *machine) account() {
	var pushed, ended, freed, owned int64
	for _, p := range m.producers {
		pushed += p.pushed
		ended += p.home.ended.Load()
	}
	for _, u := range m.units {
		freed += u.freed.Load()
		owned += u.owned.Load()
		u.account()
	}
	if pushed != ended || ended != freed+owned {
		m.Fail("I4", "%d jobs pushed, %d ended: %d freed, %d kept by the backend",
			pushed, ended, freed, owned)
	}
	if m.observed() {
		q, d, f := m.events[sched.EventQueue].Load(), m.events[sched.EventDone].Load(),
			m.events[sched.EventFree].Load()
		if q != pushed || d != pushed || f != freed {
			m.Fail("I4", "%d jobs pushed, %d freed; the observer saw %d pushed, %d done, %d freed",
				pushed, freed, q, d, f)
		}
	}
	if n := m.outside.gone.Load(); n != prog.MaxExternal+prog.MaxTimeline {
		m.Fail("I10", "%d of %d external fences are held at the end",
			prog.MaxExternal+prog.MaxTimeline-n, prog.MaxExternal+prog.MaxTimeline)
	}
	// Zero without the build tags of package invariant.
	if f, j := fence.Live()-m.fences, sched.LiveJobs()-m.lives; f != 0 || j != 0 {
		m.Fail("I10", "%d fences and %d jobs live", f, j)
	}
}

// account checks that nothing is left of a scheduler.
func (u *unit) account() {
	var left credit.Vec
	switch a := u.sched.Admission().(type) {
	case *sched.Scalar:
		left = pack(a.InFlight())
	case *sched.PerQueue:
		left = a.InFlight()
	}
	if left != (credit.Vec{}) {
		u.Fail("I1", "%v: %v credits in flight at the end", u.sched, left)
	}
	if n := u.sched.Score(); n != 0 {
		u.Fail("I10", "%v: score %d at the end", u.sched, n)
	}
	if made, gone := u.made.Load(), u.gone.Load(); made != gone {
		u.Fail("I10", "%v: %d of %d hardware fences are held at the end", u.sched, made-gone, made)
	}
}

// leftGoroutines notes goroutines that were started since before and still run.
func (b *Bout) leftGoroutines(before goleak.Option) {
	if err := goleak.Find(before); err != nil {
		b.Fail("I10", "%v", err)
	}
}

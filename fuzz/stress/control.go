package stress

import (
	"sync/atomic"

	"credence/core/fence"
	"credence/core/sched"
	"credence/fuzz/prog"
)

// control does an operation on scheduler id, if it is u's. What a driver must not
// do does not apply: a second Stop, and anything before the Start.
func (u *unit) control(id int, o *prog.Op) bool {
	switch o.Kind {
	case prog.HwDone, prog.Fault, prog.Pause, prog.Resume, prog.Stop, prog.Start:
	default:
		return false
	}
	stopped := u.stopped.Load()
	if int(o.Target)%len(u.units) != id || stopped != (o.Kind == prog.Start) {
		return false
	}
	switch o.Kind {
	case prog.HwDone:
		u.done(int(o.N), int(o.From), o.Err)
		u.poke() // what hung may be gone
	case prog.Fault:
		u.sched.Fault()
	case prog.Pause:
		u.sched.Pause()
	case prog.Resume:
		u.sched.Resume()
	case prog.Stop:
		// Before the call: a handler that runs now is through when Stop returns.
		u.stopped.Store(true)
		u.sched.Stop()
		u.reset(fence.ECANCELED)
	case prog.Start:
		u.stopped.Store(false)
		u.sched.Start(o.Err)
	}
	return true
}

// manage does an operation on an entity that is not its producer's alone.
func (m *machine) manage(o *prog.Op) bool {
	switch o.Kind {
	case prog.Kill, prog.Flush, prog.SetPrio:
	default:
		return false
	}
	e := m.producers[int(o.Target)%len(m.producers)].now.Load()
	if e == nil {
		return false
	}
	switch o.Kind {
	case prog.Kill:
		e.Kill()
	case prog.Flush:
		// A caller that lives would wait for what is signalled after it.
		e.Flush(min(o.Micros(), shortWait), sched.Exit{Exiting: true, Killed: o.Exit == prog.Killed})
	case prog.SetPrio:
		e.SetPriority(o.Priority)
	}
	return true
}

// signal does an operation on a fence of nobody's scheduler.
func (m *machine) signal(o *prog.Op) bool {
	switch o.Kind {
	case prog.Signal:
		finish(&m.external[o.Target], o.Err)
	case prog.Timeline:
		for i := range m.timeline {
			if o.N == 0 {
				break
			}
			if finish(&m.timeline[i], fence.OK) {
				o := *o
				o.N--
				return m.signal(&o)
			}
		}
	default:
		return false
	}
	return true
}

// finish signals what is in x, if it is not signalled.
func finish(x *exchange, err fence.Errno) bool {
	d, ok := x.get()
	if !ok {
		return false
	}
	return d.fence.SignalPut(err)
}

// renew puts new external fences in place, and a new timeline.
func (m *machine) renew() {
	ctx := m.contexts.Next(prog.MaxExternal + 1)
	for i := range m.external {
		f := new(fence.Single)
		f.Init(ctx+fence.Context(i), 1, &m.outside)
		m.external[i].put(dep{fence: &f.Fence})
	}
	for i := range m.timeline {
		f := new(fence.Single)
		f.Init(ctx+prog.MaxExternal, uint64(i)+1, &m.outside)
		m.timeline[i].put(dep{fence: &f.Fence})
	}
}

// outside counts the external fences that nobody holds any more.
type outside struct{ gone atomic.Int64 }

// FenceReleased counts one.
func (o *outside) FenceReleased(*fence.Base) { o.gone.Add(1) }

package target

import (
	"credence/core/fence"
	"credence/hwmock/des"
	"credence/hwmock/vector"
)

// engine is the hardware of the engine profile: jobs in order, each for its
// time. It has room for as many as the program has slots.
type engine struct {
	vector.Engine[*slot]
	machine *machine
	id      uint32
	event   des.Event // the head is done
}

func (e *engine) init(m *machine, id uint32) {
	e.machine, e.id = m, id
	e.Now = m.events.Now
	e.Signal = func(s *slot, err fence.Errno) { s.complete(err) }
	e.event.Init(e)
}

// Fire is the end of the head.
func (e *engine) Fire(fence.Time, *des.Event) {
	e.CompleteHead(fence.OK)
	e.changed()
}

// changed has the event follow the head.
func (e *engine) changed() {
	e.machine.events.Cancel(&e.event)
	if at := e.Due(); at != fence.Never {
		e.machine.events.Schedule(&e.event, at, des.ClassHardware, e.id)
	}
}

// add gives the engine a job.
func (e *engine) add(s *slot, d fence.Duration) {
	e.Append(s, d)
	e.changed()
}

// remove ends a job with an error if it is on the engine.
func (e *engine) remove(s *slot, err fence.Errno) {
	e.Take(s, err)
	e.changed()
}

// reset ends everything with an error.
func (e *engine) reset(err fence.Errno) {
	e.Flush(err)
	e.changed()
}

// done ends up to n jobs, from the one that is from places behind the head, and
// reports whether there was one.
func (e *engine) done(n, from int, err fence.Errno) bool {
	any := false
	for ; n > 0 && from < e.Len(); n-- {
		e.Complete(from, err)
		any = true
	}
	e.changed()
	return any
}

// full reports whether the engine has no room.
func (e *engine) full() bool { return e.Len() >= e.machine.program.Device.Slots }

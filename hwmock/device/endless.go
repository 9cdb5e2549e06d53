package device

import (
	"math"

	"credence/core/fence"
	"credence/hwmock/des"
)

// Endless is the duration of a command that its engine executes until End.
const Endless fence.Duration = math.MaxInt64

// Whole keeps a command from being preempted; see Command.Every.
const Whole = Endless

// ended is how long an endless command executes that was ended before it began:
// it looks once whether it is to go on.
const ended = fence.Nanosecond

// End ends the endless commands of j: one that executes at once, others as soon
// as they have begun. It may be called at any time from the job's Init until it
// is done, more than once, and does not allocate.
func (d *Device) End(j *Job) {
	for i := range j.Commands {
		if c := &j.Commands[i]; c.Duration == Endless {
			c.Duration = ended
		}
	}
	if j.Queue == nil {
		return
	}
	for k := range j.Queue.fw {
		q := &j.Queue.fw[k]
		for i := q.seen; i < q.tail; i++ {
			if e := q.at(i); e.job == j && e.dur == Endless {
				e.dur = ended
				d.cut(e)
			}
		}
	}
}

// cut ends e now if an engine executes it.
func (d *Device) cut(e *entry) {
	for i := range d.engines {
		if g := &d.engines[i]; g.running == e {
			d.events.Schedule(&g.end, d.events.Now(), des.ClassHardware, uint32(g.id))
			return
		}
	}
}

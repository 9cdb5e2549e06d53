package target

import (
	"fmt"

	"credence/core/fence"
	"credence/core/sched"
	"credence/fuzz/oracle/model"
)

// twin returns the model of a scheduler.
func (m *machine) twin(s *scheduler) *model.Scheduler { return m.lock.Model.Schedulers()[s.ID()] }

// observer is machine as the observer of its schedulers.
type observer machine

// Observe has the event judged, and gives up the fences of a job that is freed
// unless the program keeps them.
func (o *observer) Observe(e sched.Event) {
	m := (*machine)(o)
	m.history.add(&e)
	if m.trace != nil {
		m.traceEvent(&e)
	}
	m.lock.Event(e)
	m.check.Observe(e)
	switch e.Kind {
	case sched.EventDone:
		m.completed++
		m.lives[e.Job-1].entity.open--
	case sched.EventFree:
		s := m.lives[e.Job-1]
		f := s.job.Finished()
		if !s.spec.Keep {
			s.release()
		}
		m.check.Released(e.Job, f.Refs())
	}
}

// history is a running hash of events, to compare two runs by: FNV-1a (Fowler,
// Noll, Vo) over words in place of bytes.
type history uint64

const (
	historyStart history = 14695981039346656037
	historyPrime history = 1099511628211
)

func (h *history) add(e *sched.Event) {
	for _, x := range [...]uint64{
		uint64(e.At), e.Job, uint64(e.Sched)<<32 | uint64(e.Entity),
		uint64(e.Kind)<<32 | uint64(e.Warn)<<16 | uint64(e.Err),
	} {
		*h = (*h ^ history(x)) * historyPrime
		*h ^= *h >> 29
	}
}

// traceEvent writes one line, in which the job has the program's number. What
// the backend is told, the backend writes.
func (m *machine) traceEvent(e *sched.Event) {
	if r := m.recorder(); r != nil {
		r.Observe(*e)
	}
	switch e.Kind {
	case sched.EventQueue, sched.EventRun:
	case sched.EventDone:
		m.line("finished %d err=%d", e.Job, -int(e.Err))
	case sched.EventWarn:
		m.writeLine(fmt.Sprintf("warn %s", e.Warn))
	default:
		m.line(e.Kind.String()+" %d", e.Job)
	}
}

// line writes that something happened to a job, of which the program's number is
// written, or to an entity.
func (m *machine) line(format string, id uint64, more ...any) {
	if m.trace == nil {
		return
	}
	if format[:5] != "flush" {
		id = m.lives[id-1].job.Tag
	}
	m.writeLine(fmt.Sprintf(format, append([]any{id}, more...)...))
}

func (m *machine) writeLine(text string) {
	fmt.Fprintf(m.trace, "@%s %s\n", micros(m.events.Now()), text)
}

// traceOp writes the line at the end of an operation, with what is in flight of
// which limit. The lines of the machine count as operations.
func (m *machine) traceOp(n, scheds int) {
	if m.trace == nil {
		return
	}
	fmt.Fprintf(m.trace, "= %d t=%s", n, micros(m.events.Now()))
	for i, s := range m.scheds[:scheds] {
		switch a := s.Admission().(type) {
		case *sched.Scalar:
			if s.down {
				fmt.Fprintf(m.trace, " %d:-", i)
			} else {
				fmt.Fprintf(m.trace, " %d:%d/%d", i, a.InFlight(), a.Limit())
			}
		case *sched.PerQueue:
			v := a.InFlight()
			fmt.Fprintf(m.trace, " %d:%d,%d,%d", i, v.Lane(sched.VertexSlots),
				v.Lane(sched.FragmentSlots), v.Lane(sched.ComputeSlots))
		default:
			fmt.Fprintf(m.trace, " %d:%s", i, s.spec.Flow)
		}
	}
	fmt.Fprintln(m.trace)
}

// traceMachine writes the lines at the end of the machine's.
func (m *machine) traceMachine() (lines int) {
	for i := range m.scheds {
		m.traceOp(lines, i+1)
		lines++
	}
	for range m.entities {
		m.traceOp(lines, len(m.scheds))
		lines++
	}
	return lines
}

// micros returns an instant in microseconds, with as many decimals as it has.
func micros(t fence.Time) string {
	us, ns := int64(t)/1000, int64(t)%1000
	if ns == 0 {
		return fmt.Sprint(us)
	}
	return fmt.Sprintf("%d.%03d", us, ns)
}

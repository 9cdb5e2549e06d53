package target

import (
	"fmt"

	"credence/core/fence"
	"credence/core/sched"
)

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
	m.check.Observe(e)
	switch e.Kind {
	case sched.EventDone:
		m.completed++
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

// traceEvent writes one line, in which the job has the program's number.
func (m *machine) traceEvent(e *sched.Event) {
	job := m.lives[e.Job-1].job.Tag
	at := micros(e.At)
	switch e.Kind {
	case sched.EventDone:
		fmt.Fprintf(m.trace, "@%s finished %d err=%d\n", at, job, -int(e.Err))
	case sched.EventWarn:
		fmt.Fprintf(m.trace, "@%s warn %s %d\n", at, e.Warn, job)
	default:
		fmt.Fprintf(m.trace, "@%s %s %d\n", at, e.Kind, job)
	}
}

// traceOp writes the line at the end of an operation.
func (m *machine) traceOp(n int) {
	if m.trace != nil {
		fmt.Fprintf(m.trace, "= %d t=%s\n", n, micros(m.events.Now()))
	}
}

// micros returns an instant in microseconds, with as many decimals as it has.
func micros(t fence.Time) string {
	us, ns := int64(t)/1000, int64(t)%1000
	if ns == 0 {
		return fmt.Sprint(us)
	}
	return fmt.Sprintf("%d.%03d", us, ns)
}

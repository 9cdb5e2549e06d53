package trace

import (
	"slices"

	"credence/core/fence"
)

// waitingLine is what waits in order: the jobs in an entity, or the commands in
// a firmware queue. Its track shows which one is at the head, its counter how
// many there are.
type waitingLine struct {
	track   track
	counter uint64
	about   category
	jobs    []uint64 // from head on
	head    int
}

func (l *waitingLine) length() int { return len(l.jobs) - l.head }

// push adds n of a job.
func (l *waitingLine) push(p *packets, at fence.Time, job uint64, n int) {
	first := l.length() == 0
	for range n {
		l.jobs = append(l.jobs, job)
	}
	if first {
		l.show(p, at)
	}
	p.count(at, l.counter, l.length())
}

// remove takes one of a job out, the first there is.
func (l *waitingLine) remove(p *packets, at fence.Time, job uint64) {
	i := slices.Index(l.jobs[l.head:], job)
	switch {
	case i < 0:
		return // given to the hardware for the second time, or never pushed
	case i > 0:
		l.jobs = slices.Delete(l.jobs, l.head+i, l.head+i+1)
	default:
		p.endSlice(&l.track, at)
		l.head++
		if l.head > len(l.jobs)/2 {
			l.jobs = slices.Delete(l.jobs, 0, l.head)
			l.head = 0
		}
		l.show(p, at)
	}
	p.count(at, l.counter, l.length())
}

// clear takes everything out.
func (l *waitingLine) clear(p *packets, at fence.Time) {
	if l.length() > 0 {
		p.endSlice(&l.track, at)
		l.jobs, l.head = l.jobs[:0], 0
		p.count(at, l.counter, 0)
	}
}

// show begins the slice of what is at the head.
func (l *waitingLine) show(p *packets, at fence.Time) {
	if l.length() > 0 {
		job := l.jobs[l.head]
		p.beginSlice(&l.track, l.about, jobName(job)).uint(noteJob, job).emit(at)
	}
}

package lockstep

import (
	"credence/core/fence"
	"credence/core/sched"
	"credence/fuzz/oracle/model"
)

// What the core and its backend do goes on the tape, in order.

func (l *Lockstep) put(e entry) {
	if l != nil {
		l.tape = append(l.tape, e)
	}
}

// Event is told of an event of the core. That a job costs too much may be noted at
// any time before it runs, once.
func (l *Lockstep) Event(e sched.Event) {
	if l != nil && e.Warn == sched.WarnOversize {
		if l.oversize[e.Job]++; l.oversize[e.Job] > 1 {
			fail(Model, "job %d is too large, which was said before", e.Job)
		}
		return
	}
	l.put(entry{event: e})
}

// Ran is told what the backend returned for a job: a fence, or err.
func (l *Lockstep) Ran(j *model.Job, f *model.Fence, err fence.Errno) {
	l.put(entry{kind: aRun, job: j, fence: f, err: err})
}

// Prepared is told that the backend has a job wait for f.
func (l *Lockstep) Prepared(j *model.Job, f *model.Fence) {
	l.put(entry{kind: aPrepare, job: j, fence: f})
}

// TimedOut is told that the backend is asked about a job, before it does
// anything, and Verdict what it answers.
func (l *Lockstep) TimedOut(j *model.Job) {
	l.put(entry{kind: aTimeout, job: j})
}

// Verdict ends TimedOut.
func (l *Lockstep) Verdict(v sched.Verdict) {
	l.put(entry{kind: aVerdict, verdict: v})
}

// Cancelling is told that the backend is to cancel a job, and Cancelled that it
// has.
func (l *Lockstep) Cancelling(j *model.Job) {
	l.put(entry{kind: aCancel, job: j})
}

// Cancelled ends Cancelling.
func (l *Lockstep) Cancelled() { l.put(entry{kind: anEnd}) }

// Signaling is told, before it happens, that a hardware fence signals.
func (l *Lockstep) Signaling(f *model.Fence, err fence.Errno) {
	l.put(entry{kind: aSignal, fence: f, err: err})
}

// Stopping, Karma, Resubmitting and Starting are told, before it happens, what
// a timeout handler does about job j.
func (l *Lockstep) Stopping(j *model.Job) { l.put(entry{kind: aStop, job: j}) }

// Karma notes a call of Recovery.IncreaseKarma.
func (l *Lockstep) Karma(j *model.Job) { l.put(entry{kind: aKarma, job: j}) }

// Resubmitting notes a call of Recovery.Resubmit.
func (l *Lockstep) Resubmitting(j *model.Job) {
	l.put(entry{kind: aResubmit, job: j})
}

// Carries notes which error a job's finished fence carries at this moment.
func (l *Lockstep) Carries(j *model.Job, err fence.Errno) {
	l.put(entry{kind: aError, job: j, err: err})
}

// Starting notes a call of Recovery.Start.
func (l *Lockstep) Starting(j *model.Job, err fence.Errno) {
	l.put(entry{kind: aStart, job: j, err: err})
}

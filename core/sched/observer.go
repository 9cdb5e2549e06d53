package sched

import "credence/core/fence"

// EventKind says what happened.
type EventKind uint8

// The events, in the order in which a job meets them.
const (
	// EventQueue: the job was pushed.
	EventQueue EventKind = iota
	// EventRun: the job is about to be given to the backend.
	EventRun
	// EventScheduled: its scheduled fence is about to signal.
	EventScheduled
	// EventDone: its finished fence is about to signal, with Err.
	EventDone
	// EventFree: the job is about to be freed.
	EventFree
	// EventWarn: something is wrong that does not stop the scheduler; Warn.
	EventWarn
	numEventKinds
)

var eventNames = [numEventKinds]string{"queue", "run", "scheduled", "finished", "free", "warn"}

// String returns the event's name.
func (k EventKind) String() string { return eventNames[k] }

// Warning says what is wrong.
type Warning uint8

// The warnings.
const (
	// NoWarning: the event is not EventWarn.
	NoWarning Warning = iota
	// WarnOversize: the job costs more than the limit, and was cut to it.
	WarnOversize
	// WarnPushKilled: the job was pushed to a killed entity. It stays queued until
	// the entity is killed again or torn down.
	WarnPushKilled
	// WarnTeardownActive: the entity is a member of a scheduler that is torn
	// down; Job is 0.
	WarnTeardownActive
	numWarnings
)

var warningNames = [numWarnings]string{"", "oversize", "push-killed", "teardown-active"}

// String returns the warning's name.
func (w Warning) String() string { return warningNames[w] }

// Event is one thing that happened.
type Event struct {
	At     Time
	Job    uint64 // Job.ID
	Sched  uint32
	Entity uint32
	Kind   EventKind
	Warn   Warning
	Err    fence.Errno
}

// Observer sees every event of the schedulers it is given to. Events come from
// all roles, interrupt context included: with a concurrent executor it must be
// safe for concurrent use, and it must not block or allocate.
type Observer interface{ Observe(Event) }

// observe reports an event of j to the observer. Hot paths look first whether
// there is one.
func (s *Scheduler) observe(k EventKind, j *Job, err fence.Errno, w Warning) {
	if s.observer == nil {
		return
	}
	s.observer.Observe(Event{
		At: s.exec.Now(), Kind: k, Job: j.ID, Err: err, Warn: w,
		Sched: s.id, Entity: j.entity.id,
	})
}

// warn reports something about a job that is not the caller's to touch, or
// about none.
func (s *Scheduler) warn(w Warning, job uint64, e *Entity) {
	if s.observer == nil {
		return
	}
	s.observer.Observe(Event{
		At: s.exec.Now(), Kind: EventWarn, Job: job, Warn: w, Sched: s.id, Entity: e.id,
	})
}

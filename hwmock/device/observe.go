package device

import "credence/core/fence"

// EventKind says what happened on the device.
type EventKind uint8

// The events, in the order in which a command meets them.
const (
	// EventWritten: N commands of Job were written into the ring of Queue and Fw.
	EventWritten EventKind = iota
	// EventOverrun: Job brought that queue to N outstanding commands, which is
	// more than the firmware holds. The queue is stuck.
	EventOverrun
	// EventStart: Engine begins to execute a command of Job, or goes on with one
	// that was preempted.
	EventStart
	// EventStop: Engine executes nothing any more.
	EventStop
	// EventRetired: the oldest command of Queue and Fw, which is of Job, retired.
	EventRetired
	// EventEmptied: all commands of Queue and Fw were taken away.
	EventEmptied
	// EventRaised: an interrupt is on its way to the host.
	EventRaised
	// EventInterrupt: the host's handler runs, told of news of N firmware queues.
	EventInterrupt
	NumEventKinds
)

var eventNames = [NumEventKinds]string{
	"written", "over-run", "start", "stop", "retired", "emptied", "raised", "interrupt",
}

// String returns the event's name.
func (k EventKind) String() string { return eventNames[k] }

// Event is one thing that happened. Fields that its kind does not name are 0.
type Event struct {
	At     fence.Time
	Job    uint64 // sched.Job.ID
	Engine int32  // by the profile's order
	Queue  int32  // UserQueue.ID; of a ring that several share, that of the first
	N      int32
	Fw     Kind // which of the user queue's firmware queues
	Kind   EventKind
}

// Observer sees every event of a device. It is called from within the device's
// events and from RunJob, and must not call back into either.
type Observer interface{ ObserveDevice(Event) }

// observe reports what happened to a firmware queue. Callers look first whether
// there is an observer.
func (q *fwQueue) observe(k EventKind, job uint64, n int) {
	d := q.group.device
	d.observer.ObserveDevice(Event{
		At: d.events.Now(), Kind: k, Job: job, Queue: int32(q.user), Fw: q.kind, N: int32(n),
	})
}

// observeWritten reports the commands of a job, by firmware queue.
func (j *Job) observeWritten() {
	for k, n := range j.tally().work {
		if n > 0 {
			j.Queue.fw[k].observe(EventWritten, j.ID, int(n))
		}
	}
}

// observe reports that the engine starts or stops.
func (g *engine) observe(k EventKind, e *entry) {
	d := g.device
	d.observer.ObserveDevice(Event{
		At: d.events.Now(), Kind: k, Engine: int32(g.id), Job: e.job.ID,
		Queue: int32(e.queue.user), Fw: e.queue.kind,
	})
}

// observe reports an interrupt.
func (h *host) observe(k EventKind, queues int) {
	d := h.device
	d.observer.ObserveDevice(Event{At: d.events.Now(), Kind: k, N: int32(queues)})
}

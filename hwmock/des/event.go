package des

import (
	"fmt"

	"credence/core/fence"
	"credence/core/xatomic"
)

// Handler is what an event calls when its time comes.
type Handler interface {
	// Fire runs at the instant now, which is the engine's Now and e.When().
	// The event is no longer pending: Fire may schedule it again, schedule,
	// cancel and reschedule others, and call Step, which then fires the next
	// event inside this one.
	Fire(now fence.Time, e *Event)
}

// Class orders the events of one instant before rank does: a lower class fires
// first.
type Class uint8

// The classes, in firing order.
const (
	ClassHardware Class = iota // The device: a stage ends, a completion arrives.
	ClassTimer                 // Timers of the scheduler: timeouts.
	ClassClient                // Clients: the next submission.
	numClasses
)

var classNames = [numClasses]string{"hardware", "timer", "client"}

// String returns the class's name, such as "timer".
func (c Class) String() string {
	if c >= numClasses {
		return fmt.Sprintf("class(%d)", uint8(c))
	}
	return classNames[c]
}

// place tells which structure of the engine holds an event.
type place uint8

const (
	unborn place = iota // Init has not set its handler.
	idle
	listed // In a slot of the wheel, or in the front's run.
	stray  // In the front's heap.
)

// Event is something that happens at an instant. It is embedded by value in
// the object that it concerns, so scheduling allocates nothing; one Event is
// pending at most once. Init comes before the first use. It fills one cache
// line of 64 bytes.
//
// An Event belongs to the engine it is pending in, and only that engine may
// cancel or reschedule it.
type Event struct {
	_ xatomic.NoCopy

	handler    Handler
	next, prev *Event // Neighbours in a list; siblings in the heap.
	child      *Event // In the heap only.
	at         fence.Time
	seq        uint64 // Number of the Schedule: first come, first fired.
	rank       uint32
	class      Class
	where      place
}

// Init sets what the event calls. It panics if h is nil or the event is
// pending.
func (e *Event) Init(h Handler) {
	if h == nil {
		panic("des: Init with a nil handler")
	}
	if e.where > idle {
		panic(fmt.Sprintf("des: Init of an event that is pending at %d", e.at))
	}
	e.handler, e.where = h, idle
}

// Pending tells whether the event waits to be fired.
func (e *Event) Pending() bool { return e.where > idle }

// When returns the instant for which the event was last scheduled, 0 before
// the first time.
func (e *Event) When() fence.Time { return e.at }

// key is the order within an instant, sequence apart.
func (e *Event) key() uint64 { return uint64(e.class)<<32 | uint64(e.rank) }

// overtakes tells whether e fires before f although it may have been scheduled
// after it.
func (e *Event) overtakes(f *Event) bool {
	return e.at < f.at || e.at == f.at && e.key() < f.key()
}

// before is the total order in which events fire: time, class, rank, sequence.
func (e *Event) before(f *Event) bool {
	if e.at != f.at {
		return e.at < f.at
	}
	if a, b := e.key(), f.key(); a != b {
		return a < b
	}
	return e.seq < f.seq
}

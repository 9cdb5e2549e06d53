// Package lockstep runs the reference model (oracle/model) beside the core, and
// compares everything that can be seen of both: each event and each call of the
// backend in order, and after each work item and operation the credits, the
// load, the pending jobs and the entities.
//
// The core goes first. What it does in one work item, completion or operation is
// written on a tape: what it was told (a fence of the hardware, a verdict, a
// time) is input for the model, what it did is what the model must do. It
// refuses to drive anything, and to explain: the first difference is a
// violation of the rule that it breaks.
//
// Three freedoms are left to the core. It may run a run item or a timeout item that
// finds nothing, and need not run one; it may do the work of a run item at the end
// of a free item; and it may warn of a job that is too large whenever it
// first looks at it. Under the flow canrun the answers of the device decide, which
// the model does not have: such programs are exempt.
package lockstep

import (
	"fmt"

	"credence/core/fence"
	"credence/core/invariant"
	"credence/core/sched"
	"credence/fuzz/oracle"
	"credence/fuzz/oracle/model"
)

// Rules without a number.
const (
	// Model: the core and the model differ in a way that breaks no other rule.
	Model = "model"
	// Timer: a timeout comes at another time, or not at all.
	Timer = "timer"
)

// Lockstep compares one machine with its model. It is for one goroutine. A nil
// one, for programs that are exempt, takes everything and compares nothing.
type Lockstep struct {
	// Model is the model. Its machine is made with NewScheduler and NewEntity.
	Model *model.Model

	// Drained says that all items run before the next operation, so that the
	// order of the items of one scheduler can be compared too.
	Drained bool

	scheds   []*sched.Scheduler
	entities []*sched.Entity
	twins    []*model.Entity
	tape     []entry
	at       int // of the tape, while the model runs
	doing    any // a word, or an item of the model
	compared int

	// oversize is how often the core, and cut how often the model, has said of
	// which job that it costs more than the limit.
	oversize, cut map[uint64]int
}

// entry is one thing on the tape.
type entry struct {
	kind  entryKind
	event sched.Event
	job   *model.Job
	fence *model.Fence
	err   fence.Errno
	// verdict of aVerdict.
	verdict sched.Verdict
}

type entryKind uint8

const (
	anEvent  entryKind = iota
	aRun               // the backend ran job: fence, or err
	aPrepare           // it named fence for job
	aTimeout           // it is asked about job; inputs follow, and aVerdict
	aVerdict
	aCancel // it is to cancel job; inputs follow, and anEnd
	anEnd
	aSignal // input: fence signals with err
	aStop   // input: the handler stops the scheduler of job
	aKarma
	aResubmit
	aStart // with err
	aError // that the finished fence of job carries by now
)

var entryNames = [...]string{"event", "run", "prepare", "timeout", "verdict", "cancel", "end",
	"signal", "stop", "karma", "resubmit", "start",
	"error"}

func (e *entry) String() string {
	if e.kind == anEvent {
		x := e.event
		s := fmt.Sprintf("%s of job %d, entity %d, sched %d at %d", x.Kind, x.Job, x.Entity, x.Sched, x.At)
		if x.Kind == sched.EventDone {
			s += fmt.Sprintf(" err=%d", x.Err)
		}
		if x.Kind == sched.EventWarn {
			s += " " + x.Warn.String()
		}
		return s
	}
	if e.job != nil {
		return fmt.Sprintf("%s of job %d", entryNames[e.kind], e.job.ID)
	}
	return entryNames[e.kind]
}

// New returns a comparison without schedulers.
func New() *Lockstep {
	l := &Lockstep{oversize: map[uint64]int{}, cut: map[uint64]int{}}
	l.Model = model.New((*driver)(l))
	return l
}

// Compared returns how many times core and model were compared.
func (l *Lockstep) Compared() int {
	if l == nil {
		return 0
	}
	return l.compared
}

// AddScheduler pairs a scheduler with a new one of the model. Identifiers count
// from 0.
func (l *Lockstep) AddScheduler(s *sched.Scheduler, c model.Config) {
	l.scheds = append(l.scheds, s)
	l.Model.NewScheduler(c)
}

// AddEntity pairs an entity with a new one of the model, which it returns.
func (l *Lockstep) AddEntity(e *sched.Entity, on []uint8, c model.EntityConfig) *model.Entity {
	x := l.Model.NewEntity(l.List(on), c)
	l.entities, l.twins = append(l.entities, e), append(l.twins, x)
	return x
}

// List returns the model's schedulers by identifiers.
func (l *Lockstep) List(ids []uint8) (list []*model.Scheduler) {
	for _, id := range ids {
		list = append(list, l.Model.Schedulers()[id])
	}
	return list
}

func fail(rule, format string, args ...any) {
	panic(&oracle.Violation{Rule: rule, Detail: fmt.Sprintf(format, args...)})
}

// Op is told that an operation of the core has returned, at the given time, and
// has the model do the same. Then the states are compared.
func (l *Lockstep) Op(now fence.Time, what string, f func()) {
	if l == nil {
		return
	}
	l.setNow(now)
	l.replay(what, f)
	l.compare()
}

// Returned compares what is left of the time of a flush.
func (l *Lockstep) Returned(got, want fence.Duration) {
	if got != want {
		fail(Model, "a flush has %d ns left, in the model %d", got, want)
	}
}

// Waited is told that somebody has waited for a queue up to a deadline: it is idle
// by then, or it is late.
func (l *Lockstep) Waited(now, deadline fence.Time, e *model.Entity) {
	if l != nil && now < deadline && !e.Idle() {
		fail(Model, "somebody has waited for entity %d up to %d, before %d, and it is not idle", e.ID, now,
			deadline)
	}
}

// Expired is told that the timer of a scheduler has expired.
func (l *Lockstep) Expired(now fence.Time, id uint32) {
	if l == nil {
		return
	}
	l.setNow(now)
	s := l.Model.Schedulers()[id]
	if at, _ := s.Deadline(); at != now {
		fail(Timer, "the timer of sched %d expires at %d, not at %d", id, now, at)
	}
	s.Expire()
}

// Completed is told that something has happened outside of operations and items:
// if hardware fences have signalled, that is on the tape.
func (l *Lockstep) Completed(now fence.Time) {
	if l == nil || len(l.tape) == 0 {
		return
	}
	l.setNow(now)
	l.replay("completion", func() { (*driver)(l).inputs(anEnd) })
	l.compare()
}

// Item is told that a work item has run, and runs the model's.
func (l *Lockstep) Item(now fence.Time, k sched.Item, id uint32) {
	if l == nil {
		return
	}
	l.setNow(now)
	i := l.find(k, id)
	if s := l.Model.Schedulers()[id]; i < 0 && k == sched.ItemTimeout {
		// An item that lost its cause may find that the next timer is due already.
		if at, _ := s.Deadline(); at <= now {
			s.Expire()
			i = l.find(k, id)
		}
	}
	if i < 0 {
		if (k == sched.ItemRun || k == sched.ItemTimeout) && len(l.tape) == 0 {
			return // It found nothing.
		}
		l.fail("%s item of sched %d, which nothing has queued", k, id)
	}
	l.replay(l.Model.Work()[i], func() {
		l.Model.Run(i)
		if k == sched.ItemFree || k == sched.ItemRun && l.at == 0 {
			l.goOn(id)
		}
	})
	l.compareAfter(id)
}

// silently runs a run item of the model, which must not give the backend a job.
func (l *Lockstep) silently(i int) {
	l.doing, l.at = "run before others", len(l.tape)
	l.Model.Run(i)
	l.at = 0
}

// goOn runs the model's run items of a scheduler until one gives a job to the
// backend, if the core has done more: it does the work of a run item at the end of
// a free item, where a job that has to wait for a fence leaves no trace.
func (l *Lockstep) goOn(id uint32) {
	for at := l.at; at == l.at && at < len(l.tape); {
		i := l.queued(sched.ItemRun, id)
		if i < 0 {
			return
		}
		l.Model.Run(i)
	}
}

// queued returns the place of the model's item, or -1.
func (l *Lockstep) queued(k sched.Item, id uint32) int {
	for i, it := range l.Model.Work() {
		if it.Sched.ID == id && it.Kind == k {
			return i
		}
	}
	return -1
}

// find returns the model's item that the core has run, or -1. If drained, those
// of the scheduler that are older must be run items that find nothing. Kill items
// keep their order among each other alone: upstream they lie on another queue.
func (l *Lockstep) find(k sched.Item, id uint32) int {
	for i := 0; i < len(l.Model.Work()); i++ {
		it := l.Model.Work()[i]
		switch {
		case it.Sched.ID != id:
		case it.Kind == k:
			return i
		case it.Kind == sched.ItemKill || k == sched.ItemKill:
		case l.Drained && it.Kind != sched.ItemRun:
			l.fail("%s item of sched %d runs before the %s", k, id, it)
		case l.Drained && it.Sched.Ready():
			l.silently(i)
			i = -1
		}
	}
	return -1
}

// Quiet is told that no item of a scheduler is queued: nothing that the model
// has left may find anything to do.
func (l *Lockstep) Quiet(id uint32) {
	if l == nil {
		return
	}
	for i := 0; i < len(l.Model.Work()); {
		it := l.Model.Work()[i]
		switch {
		case it.Sched.ID != id:
			i++
		case it.Kind == sched.ItemRun:
			l.replay("idle run", func() { l.Model.Run(i) })
			i = 0
		default:
			fail(ruleOfItem[it.Kind], "sched %d sleeps, and the %s was never run", id, it)
		}
	}
}

// ruleOfItem is what breaks if an item is lost.
var ruleOfItem = map[sched.Item]string{
	sched.ItemFree: invariant.I4.String(), sched.ItemTimeout: Timer,
	sched.ItemKill: invariant.L2.String(),
}

// setNow moves the model's clock. No timer may have been missed.
func (l *Lockstep) setNow(now fence.Time) {
	for _, s := range l.Model.Schedulers() {
		if at, _ := s.Deadline(); at < now {
			fail(Timer, "the timer of sched %d has not expired at %d, and it is %d", s.ID, at, now)
		}
	}
	l.Model.SetNow(now)
}

// replay runs the model's part against the tape, which it must use up.
func (l *Lockstep) replay(what any, f func()) {
	l.doing, l.at = what, 0
	f()
	if l.at < len(l.tape) {
		fail(ruleOf(&l.tape[l.at]), "%v: %s, and the model does nothing more", what, &l.tape[l.at])
	}
	l.tape = l.tape[:0]
}

// fail reports what the core does, with what stands on the tape.
func (l *Lockstep) fail(format string, args ...any) {
	s := fmt.Sprintf(format, args...)
	if len(l.tape) > 0 {
		s += fmt.Sprintf(", with %s", &l.tape[0])
	}
	fail(Model, "%s", s)
}

// ruleOf returns the rule that the core breaks by doing what the model does not.
func ruleOf(e *entry) string {
	if e.kind == anEvent && e.event.Kind == sched.EventFree {
		return invariant.I4.String()
	}
	return Model
}

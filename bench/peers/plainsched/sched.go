package plainsched

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
)

// Backend is the driver below a scheduler. The worker calls it.
type Backend interface {
	// RunJob gives j to the hardware and returns the fence that signals when the
	// hardware is done; nil says that j is done already, with err.
	RunJob(j *Job) (hw *Fence, err Errno)
	// FreeJob takes j back after its finished fence has signalled, and calls
	// j.Cleanup.
	FreeJob(j *Job)
}

// Preparer is a Backend that names further fences for a job that is next; nil
// ends the list.
type Preparer interface{ PrepareJob(j *Job) *Fence }

// Canceler is a Backend that can be torn down with jobs pending.
type Canceler interface{ CancelJob(j *Job) }

// TimeoutHandler is a Backend that can tell what to do about a hung job.
type TimeoutHandler interface {
	TimedOutJob(j *Job, r *Recovery) Verdict
}

// Verdict is what became of a timed-out job.
type Verdict uint8

// The verdicts.
const (
	VerdictReset    Verdict = iota // reset; the job is the backend's
	VerdictNoHang                  // alive: it goes back to the head of the list
	VerdictNoDevice                // the device is gone; no more timeouts
)

// Event is what a Config.Trace is told of.
type Event uint8

// The events; those that name a warning come from misuse.
const (
	EventScheduled Event = iota // the scheduled fence is about to signal
	EventFinished               // the finished fence is about to signal
	WarnOversize                // a job costs more than there is, and was cut
	WarnPushKilled              // a job was pushed to a killed entity
	WarnTeardown                // an entity is a member of what is torn down
)

// Config is what a Scheduler is made of.
type Config struct {
	Backend Backend    // required
	Queue   *Workqueue // that runs the scheduler; required
	Clock   Clock      // required
	// Credits is how many credits the jobs in flight may cost, 1 or more.
	Credits uint32
	// Timeout is how long the oldest job may take; 0 is for ever. A finite one
	// needs a TimeoutHandler.
	Timeout Duration
	// HangLimit is how often a job may hang before Resubmit gives its entity up.
	HangLimit int
	// Trace is told what happens, under locks of the scheduler's; nil for nobody.
	Trace func(e Event, job uint64, err Errno)
}

// Scheduler feeds one hardware queue from any number of entities, in the order
// in which their oldest jobs were pushed, strictly by priority.
type Scheduler struct {
	Config
	prepare Preparer // nil if the backend is none
	cancel  Canceler
	timeout TimeoutHandler
	paused  atomic.Bool // run and free items do nothing

	work struct { // guarded by lock: the worker's and the control operations'
		sync.Mutex
		pending  jobList // given to the backend and not freed
		timer    Timer
		armed    bool // the timeout runs, until deadline
		fault    bool // the handler is wanted whatever the timeout
		freeBad  bool // the handler's job was found done by Stop
		deadline Time
	}
	run, free, expire work

	mu       sync.Mutex // guards what follows, and the entities that are here
	queue    runQueue
	inFlight uint32
	score    int64 // members, and jobs pushed and not done
	gone     bool  // torn down
	changed  chan struct{}
}

// New returns a scheduler. It fails if a required part is missing.
func New(c Config) (*Scheduler, error) {
	if c.Backend == nil || c.Queue == nil || c.Clock == nil || c.Credits == 0 {
		return nil, errors.New("plainsched: Config needs Backend, Queue, Clock and Credits")
	}
	s := &Scheduler{Config: c}
	s.prepare, _ = c.Backend.(Preparer)
	s.cancel, _ = c.Backend.(Canceler)
	s.timeout, _ = c.Backend.(TimeoutHandler)
	if c.Timeout != 0 && s.timeout == nil {
		return nil, fmt.Errorf("plainsched: Config.Timeout needs a backend with TimedOutJob, %T has none",
			c.Backend)
	}
	s.queue.members = make(map[*Entity]struct{})
	s.run.run = s.item(s.runItem)
	s.free.run = s.item(s.freeItem)
	s.expire.run = func() {
		s.work.Lock()
		defer s.work.Unlock()
		s.timeoutItem()
	}
	return s, nil
}

// item returns f as the worker runs it: under the lock, unless paused.
func (s *Scheduler) item(f func()) func() {
	return func() {
		s.work.Lock()
		defer s.work.Unlock()
		if !s.paused.Load() {
			f()
		}
	}
}

// wake queues a run or free item unless the scheduler is paused.
func (s *Scheduler) wake(w *work) {
	if !s.paused.Load() {
		s.Queue.add(w)
	}
}

// trace tells Config.Trace.
func (s *Scheduler) trace(e Event, job uint64, err Errno) {
	if s.Trace != nil {
		s.Trace(e, job, err)
	}
}

// InFlight returns how many credits are taken. Any goroutine.
func (s *Scheduler) InFlight() uint32 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.inFlight
}

// load returns the score, and false if s was torn down.
func (s *Scheduler) load() (score int64, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.score, !s.gone
}

//go:build explore

package explore

import (
	"fmt"

	"credence/core/xatomic"
)

// MaxThreads is how many threads a program may have.
const MaxThreads = 8

// Program is a few threads that meet at some state.
//
// The code of threads must be deterministic: no clock, no random numbers, no
// iteration over a map, no goroutines. All that threads share must be reachable
// from State, since that is what is put back between executions; a function
// value may capture only what is reachable from there too.
type Program struct {
	// Name is what the program is called in reports.
	Name string
	// State points to what the threads share, as it is before the first step. It
	// is walked once, through pointers, slices and interfaces, and put back as it
	// was before each execution. A map, a channel or an unsafe.Pointer in it is
	// refused. Its fields name the words in traces.
	State any
	// Threads are 1 to MaxThreads.
	Threads []Thread
	// Check judges the state when all threads have ended; nil means yes. Its
	// operations are not explored.
	Check func() error
	// Invariant judges it after each step. Its operations are not explored. It can
	// tell orders apart that threads cannot, so DPOR and SleepSets refuse it.
	// It is not asked under the race detector.
	Invariant func() error
	// MaxSteps cuts an execution off; 0 means 10,000.
	MaxSteps int
	// Spurious is how often, in one execution, each thread may be woken without a
	// token: each time that it goes to sleep on a Parker is a choice.
	Spurious int
}

// Thread is one thread of a program.
type Thread struct {
	Name string
	Run  func()
	// Role says what it may do.
	Role Role
	// Polls: it waits by looking again and again, which is no BusyLoop.
	Polls bool
}

// Role is what a thread may do.
type Role uint8

// The roles.
const (
	// Task: an ordinary thread, which must come to its end.
	Task Role = iota
	// Interrupt: an interrupt handler on a processor of its own. It must not take
	// a lock or sleep, even if it could at once.
	Interrupt
	// Daemon: a thread that may sleep when all others have ended, such as a
	// worker or a timer.
	Daemon
)

// Failf ends the execution with an Assertion. From a thread.
func Failf(format string, args ...any) { panic(failure(fmt.Sprintf(format, args...))) }

type failure string

// maxChoice is the most that Choose chooses from.
const maxChoice = 8

// Choose returns 0 to n-1: every one of them, in different executions; n is 1 to
// 8. From a thread, or anywhere outside an exploration, where it returns 0.
func Choose(n int) int {
	if !exploring() {
		return 0
	}
	return active.choose(n)
}

// Raise makes f an interrupt that is pending on the calling thread's processor:
// it runs before one of the thread's later operations, while it sleeps, or at its
// end, at each of those moments in different executions. It must not block, and
// the thread does not go on before it has returned. From a thread.
func Raise(f func()) {
	if !exploring() {
		f()
		return
	}
	active.raise(f)
}

// Await looks again until done says yes: the loop of a thread that polls. done
// changes something only if it says yes. It is a loop around xatomic.Yield, of
// which the explorer knows where it begins, so that a thread is held after its
// first look in vain. From a thread.
func Await(done func() bool) {
	if exploring() {
		active.loop()
	}
	for !done() {
		xatomic.Yield()
	}
}

// exploring reports whether the caller is a thread of an exploration.
//
//go:norace
func exploring() bool { return active != nil && active.running != nil }

// active is the one exploration of the process that runs.
var active *engine

func (p *Program) validate() error {
	if n := len(p.Threads); n < 1 || n > MaxThreads {
		return fmt.Errorf("explore: program %s has %d threads; permitted: 1 to %d", p.Name, n, MaxThreads)
	}
	for i, t := range p.Threads {
		if t.Run == nil || t.Name == "" {
			return fmt.Errorf("explore: program %s: thread %d needs Name and Run", p.Name, i)
		}
	}
	return nil
}

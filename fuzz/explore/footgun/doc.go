// Package footgun measures a claim about interfaces: that one can be used rightly
// is not to say that it is likely to be. Two drivers that are right, one behind a
// predicate that the scheduler asks (can it run?) and one behind a question for
// the fence to wait for, are changed by the same list of mistakes, one to three at
// a time, and each is played under every interleaving. What is counted is how many
// keep their promises: no job waits for ever, and nothing is overrun.
//
// It refuses to speak of programmers. The mistakes are drawn with equal odds from
// a list, the drivers are a dozen steps each, and which of them somebody would
// make is not known here.
//
// # The drivers
//
// A driver is two lists of steps. Ask is what the scheduler's question runs, and
// admits the job or not; Release is what follows when the hardware is done with a
// job. The steps between a lock and an unlock exclude each other; every step is one
// or two atomic operations, so that what a missing lock permits is a wrong order
// and never a data race as such. The scheduler beneath is the same for both: it
// announces that it may sleep, asks, and sleeps, or waits for the fence that it was
// given; a job whose driver names no fence is run, as in drm_sched. The completion
// of a job wakes the scheduler that it came from, and no other.
//
// A pool of Own belongs to one scheduler; one of Shared to two, which is what VM
// identifiers are. Beside it there is a pool of somebody else, whose completions
// concern nobody here.
//
// # What counts
//
// The outcome of an execution is how it ended, in which order jobs were admitted,
// how often each scheduler was refused and how often it slept. A changed driver
// with the same set of outcomes as the right one is equivalent, and leaves the
// count. What remains is broken, or sound in another way: more refusals, or rounds
// without sleep.
package footgun

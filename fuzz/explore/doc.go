// Package explore runs small concurrent programs over the real core under every
// interleaving of their atomic operations, or under a stated part of them, and
// says which. A Program is a few threads that meet at some objects built from
// core/xatomic's types; with the build tag explore each operation on those asks
// this package who goes on. It refuses to say "pass" without saying of what:
// every interleaving (Exhausted), those with at most b preemptions (Bounded), or
// n that were drawn (Sampled).
//
// # What an interleaving is
//
// Threads are coroutines, one of which runs at a time, up to its next atomic
// operation. Go's atomics are sequentially consistent, and plain memory that
// passes between threads lies in an xatomic.Var, whose accesses are checked
// against the happens-before order of Go's memory model. A program without a
// data race therefore behaves on real processors as in one of the
// interleavings, and one with a data race is reported.
//
// What comes when it comes is a choice like any other: a completion in interrupt
// context and a timer that expires are threads of the program, so that they come
// between any two steps of the others; a wake-up that nobody sent is one more
// alternative of a thread that sleeps (Program.Spurious); and Choose lets a thread
// do one thing or the other.
//
// # Strategies
//
// Full plays every order. SleepSets and DPOR leave out orders that differ only
// in the order of operations that do not affect each other (P. Godefroid,
// LNCS 1032, 1996; P. Abdulla, S. Aronis, B. Jonsson, K. Sagonas, "Optimal
// Dynamic Partial Order Reduction", POPL 2014, algorithm 1: source sets). Cached
// drops what leads to a state that was seen before, where threads are known by all
// that they have seen. States knows them by their stacks and by the memory of the
// program instead, so that orders which come to the same are one, whatever was seen
// on the way; it leaves out besides what sleep sets do, and steps of threads that
// nobody can interfere with, as far as is known of what threads go on to do
// (A. Valmari, "Stubborn sets for reduced state space generation", 1991), and begins
// again if that turns out to have been too little. What DPOR cannot exhaust for the
// length of executions, States often can. RandomWalk and PCT draw
// (S. Burckhardt, P. Kothari, M. Musuvathi, S. Nagarakatte, "A Randomized
// Scheduler with Probabilistic Guarantees of Finding Bugs", ASPLOS 2010).
//
// An operation that leaves a word as it was, and publishes nothing, counts as a
// read. A thread that fails to take a lock or a token has read the word, and can
// go on once somebody has changed it: no operation ever takes another thread's
// turn away, which is what source sets ask for.
//
// # Waiting
//
// A thread that waits by looking again is held until somebody changes what it
// looks at: at once if it calls xatomic.Yield between two looks, and otherwise
// when it has come back to the same place in its code with the same values a few
// times, which is a BusyLoop unless the thread was declared to poll. So a loop
// that is bounded by a count of its own, and longer than that, is not seen to
// its end.
//
// States finds loops by what they are: a thread that comes back to a state by itself
// is in one.
//
// # The race detector
//
// Built with -race as well, the code of each thread runs on a goroutine of its
// own, and the hand-off between them is hidden from the detector, which would
// otherwise take it for synchronisation and never report anything. It judges
// plain memory outside Vars, at some microseconds an operation.
//
// # What it does not do
//
// States tells by 64 bits of hash, as Cached does. It takes executions not to
// allocate if 64 drawn ones did not; where they do, threads whose stacks lead to
// memory of the execution's own are known by what they have seen. Under the race
// detector, where the code runs on stacks that nobody looks at, all are.
//
// It does not model weak memory, which Go's atomics do not have. Without -race it
// sees no plain memory outside a Var. Exhausted means for that program and that
// size: a bigger one need not contain a smaller one's bugs.
package explore

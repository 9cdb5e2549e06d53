// Package plainsched is core/sched written the plain Go way: a job scheduler
// with entities, fences as dependencies, credits, timeouts and teardown, made
// of mutexes, linked lists, container/heap for the run queue, and a channel to
// wake the worker. It is what a careful Go programmer writes first, and stands
// in this module to be measured beside the core.
//
// It does what the core does under FIFO with sched.Upstream70: it passes the
// recorded vectors of that policy, all of them. It refuses the core's other
// policies and flows, and every lock-free trick: the atomics in it are a
// counter, a flag and a pointer that changes when an entity moves.
//
// # Locks
//
// Each Scheduler has two. work is held while the worker runs an item and by the
// control operations in between, so it guards what only these touch. mu is held
// for a moment, by everybody, and guards what pushes and completions change. A
// Fence has a lock of its own, under which nothing is called. The order is
// work, then mu; no lock is held over a call of the Backend's but work, and
// none at all over a callback of a fence.
//
// Memory belongs to the garbage collector: the fences of a job are made anew
// each time that the job is initialised, because others may still hold the old
// ones, and no references are counted.
package plainsched

package workload

import "credence/core/fence"

// Handle names one batch that a client submitted, or one software fence. The
// host chooses the value; it is opaque to the client, and NoHandle names
// nothing. A slot number with a generation beside it is the intended use: the
// host keeps the fence behind it until Release.
type Handle uint64

// NoHandle is never the handle of a batch or of a fence.
const NoHandle Handle = 0

// Batch is one submission. It belongs to the client and is valid during
// Host.Submit only: the host copies what it needs, Deps included.
type Batch struct {
	// Context is the queue the batch goes to: an index into Program.Contexts,
	// 0..len-1. Contexts of different clients are different queues.
	Context int
	// Engines are the engines that may run the batch, never empty: bit i stands
	// for Capabilities.Engines[i]. With more than one bit the host chooses.
	Engines EngineSet
	// Duration is the time the batch keeps its engine busy, at least 1 ns; the
	// client has drawn it and scaled it. Endless batches, which run until Host.End,
	// have 0.
	Duration fence.Duration
	Endless  bool
	// Deps are the batches and software fences that must be done before this one
	// starts, some perhaps of other clients. No handle occurs twice, none was done
	// when Submit was called, and none was released.
	Deps []Handle
	// Starts are the batches that this one starts together with: it may start once
	// each of them was given to the hardware and waits there for its turn at most.
	// What is said of Deps holds for them; one may be in both.
	Starts []Handle
	// Pin asks Host.Submit to choose the engine at once and to leave in Engines
	// only that.
	Pin bool
	// Slices is the set of slices that the render engine is to work with, bit i
	// for slice i; 0 for all.
	Slices uint32
	// Priority is the level of the context at this moment.
	Priority Priority
	// Preempt is how often the batch allows itself to be preempted; 0 forbids it.
	Preempt fence.Duration
	// Step is the index of the step in the file, counting every step, and
	// Iteration the number of times that the client completed the file before.
	Step      int
	Iteration int64
}

// Host is what executes a client's batches: the device with everything before
// it, or a model in a test. Clients and host run on one goroutine in virtual
// time. No method may call Client.Resume before it returns.
//
// A client has at most one request for a wake-up at a time: made by Wake, by
// NotifyDone, or by a Submit that returned false. The host answers each with
// exactly one call of Client.Resume, and calls it at no other time except once
// to start the client.
//
// A host finishes the batches of one context that name the same single engine
// in the order of their submission. Clients rely on it: of two batches that
// read an object and are so ordered, a writer waits for the later one only, and
// a step's own previous batch is no dependency. Every dependency that the file
// asks for is passed, also within a context. A host accepts a finite number of
// unfinished batches per context: that, and waiting, is all that stops a client
// from submitting forever in one instant.
type Host interface {
	// Now returns the present instant.
	Now() fence.Time
	// Wake asks for c.Resume at the instant at, which is later than Now.
	Wake(c *Client, at fence.Time)
	// Submit queues b for c. The handle belongs to the client, which gives it
	// back with Release. False says that the context's queue is full: nothing was
	// queued, and the host calls c.Resume when there is room, upon which the
	// client submits the batch again, with dependencies of that moment.
	Submit(c *Client, b *Batch) (Handle, bool)
	// End ends h, an endless batch that was not seen to be done: at once, or, if
	// it has not started, as soon as it does. A second call changes nothing.
	End(h Handle)
	// NewSoftFence returns a fence that is done when it is signalled. The handle
	// belongs to the client.
	NewSoftFence() Handle
	// SignalSoftFence makes h, of NewSoftFence, done. It is called once a fence,
	// before its Release.
	SignalSoftFence(h Handle)
	// Done tells whether h is done, and stays true once it is. A batch is done
	// when its submitter can see that it finished.
	Done(h Handle) bool
	// NotifyDone asks for c.Resume once h, which is not done, is done.
	NotifyDone(h Handle, c *Client)
	// Release says that no client will name h again. The batch behind it may
	// still be queued or running, batches that depend on it still wait for it, and
	// a wake-up that NotifyDone asked for still comes (another client may have
	// seen first that h is done); the host frees what is left after that.
	Release(h Handle)
}

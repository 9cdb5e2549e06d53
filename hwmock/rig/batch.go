package rig

import (
	"fmt"

	"credence/core/fence"
	"credence/core/invariant"
	"credence/core/sched"
	"credence/hwmock/des"
	"credence/hwmock/device"
	"credence/hwmock/workload"
)

// batch is one submission, or one software fence, behind a workload.Handle. Its
// memory is used again when it is done, the submitter has released it, and
// neither scheduler nor device needs it.
type batch struct {
	rig     *Rig
	job     device.Job
	context *Context
	owner   *clientState
	step    int // of the owner's file
	slot    uint32
	gen     uint32 // of the handle
	target  target

	// If plain is not 0, the commands in job, which may be those of an earlier life,
	// are what any batch is that may run on these engines and has no dependencies.
	plain workload.EngineSet
	last  target      // of these
	need  *sched.Need // of these

	only int // workload engine, if it can run on no other; else -1

	done     bool
	released bool
	used     bool // by scheduler or device; a software fence: referred to
	isSoft   bool

	soft     fence.Single
	finished *fence.Fence   // a reference of ours, until done
	onDone   fence.Callback // on finished, or on soft
	waiters  *clientState   // to be resumed when it is done
	push     des.Event
	home     *freeList
	next     *batch // in home
}

// batchPool owns the batches; a handle is a slot and the life it had.
type batchPool struct {
	all  []*batch
	soft freeList // the software fences among them
	live int
}

// freeList is batches to be used again. Each context has its own: a job that
// went from one entity to another would take along what the entities keep for
// their next jobs, and where such a drift is one-sided memory would grow.
type freeList struct{ first *batch }

const slotBits = 32

// take returns a batch of home, or a new one that goes there.
func (p *batchPool) take(r *Rig, home *freeList) *batch {
	invariant.MightAlloc(r.exec.InSection(), "a client's submission")
	b := home.first
	if b == nil {
		b = &batch{rig: r, slot: uint32(len(p.all)), gen: 1, home: home}
		b.job.Owner = &b.job
		b.job.Tag = uint64(b.slot)
		b.onDone.Init(b)
		b.push.Init(b)
		p.all = append(p.all, b)
	} else {
		home.first = b.next
		b.next = nil
	}
	p.live++
	return b
}

func (b *batch) handle() workload.Handle {
	return workload.Handle(b.gen)<<slotBits | workload.Handle(b.slot)
}

// find returns the batch of a handle that was not released.
func (p *batchPool) find(h workload.Handle) *batch {
	b := p.all[uint32(h)]
	if b.gen != uint32(h>>slotBits) {
		panic(fmt.Sprintf("rig: handle %#x was released", uint64(h)))
	}
	return b
}

// ofJob returns the batch that a scheduler's job belongs to.
func (p *batchPool) ofJob(j *sched.Job) *batch { return p.all[j.Owner.(*device.Job).Tag] }

// firstEngines returns the engines that may run the batch's first command.
func (b *batch) firstEngines() uint64 { return b.target.vertex | b.target.compute }

// settle gives the memory back once nobody needs it.
func (b *batch) settle() {
	if !b.done || !b.released || b.used {
		return
	}
	if b.plain != 0 {
		b.job.Renew()
	} else {
		b.job.Recycle()
	}
	b.context, b.owner, b.finished = nil, nil, nil
	b.done, b.released, b.isSoft, b.target = false, false, false, target{}
	b.gen++
	b.next = b.home.first
	b.home.first = b
	b.rig.batches.live--
}

// giveBack ends a batch that was not submitted.
func (b *batch) giveBack() {
	b.done, b.released = true, true
	b.settle()
}

// FenceSignaled is the moment at which the submitter can see the batch done.
func (b *batch) FenceSignaled(_ *fence.Fence, cb *fence.Callback) {
	cb.Done()
	b.done = true
	if !b.isSoft {
		b.rig.own.drop(b)
		if sample := b.rig.config.Completed; sample != nil {
			sample(b.rig.Now().Sub(b.job.Submitted()))
		}
		f := b.finished
		if e := f.Err(); e != fence.OK {
			b.owner.fail(b.step, e)
		}
		b.finished = nil
		f.Put()
	}
	for w := b.waiters; w != nil; {
		next := w.next
		w.next = nil
		w.resumeNow()
		w = next
	}
	b.waiters = nil
	b.settle()
}

// Fire is the end of the submitting call: the job is pushed.
func (b *batch) Fire(fence.Time, *des.Event) { b.job.Push() }

// FenceReleased is the end of the last reference to a software fence, which jobs
// may hold long after it has signalled.
func (b *batch) FenceReleased(*fence.Base) {
	b.used = false
	b.settle()
}

// jobFreed is the device's word that it and the scheduler need a job no more.
func (r *Rig) jobFreed(j *device.Job) {
	b := r.batches.all[j.Tag]
	b.used = false
	b.settle()
}

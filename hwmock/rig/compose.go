package rig

import (
	"credence/core/fence"
	"credence/core/sched"
	"credence/hwmock/device"
	"credence/hwmock/workload"
)

// newBatch returns wb as a batch of ctx, whose work can be preempted after each
// stretch of every, with its place in the entity's queue reserved. Most batches are
// what the last one of their memory was but for the duration.
func (r *Rig) newBatch(
	ctx *Context, wb *workload.Batch, every fence.Duration,
) (*batch, error) {
	b := ctx.spare.first
	if b == nil || b.plain != wb.Engines || len(wb.Deps)+len(wb.Starts) != 0 ||
		b.job.Commands[0].Every != every {
		return r.composeBatch(ctx, wb, every)
	}
	if err := b.job.Init(&ctx.entity, *b.need); err != nil {
		return nil, err
	}
	r.batches.take(r, &ctx.spare)
	b.context = ctx
	b.target = b.last
	b.job.Queue = ctx.queue
	r.engines.retime(b.job.Commands, length(wb))
	return b, nil
}

// composeBatch is newBatch for any batch.
func (r *Rig) composeBatch(
	ctx *Context, wb *workload.Batch, every fence.Duration,
) (*batch, error) {
	b := r.batches.take(r, &ctx.spare)
	b.context = ctx
	b.target = r.engines.choose(wb.Engines)
	b.job.Queue = ctx.queue
	b.compose(wb, every)
	need, err := b.job.Need()
	if err == nil {
		b.keep(wb, need)
		err = b.job.Init(&ctx.entity, need)
	}
	if err != nil {
		b.giveBack()
		return nil, err
	}
	return b, nil
}

// compose fills in the job's commands: a barrier for each dependency that the
// scheduler leaves to the hardware, then the work.
func (b *batch) compose(wb *workload.Batch, every fence.Duration) {
	b.plain = 0
	b.job.Clear()
	list := b.barriers(b.job.Commands, wb)
	b.job.Commands = b.rig.engines.work(list, b.target, length(wb))
	for i := range b.job.Commands {
		b.job.Commands[i].Every = every
	}
}

// keep notes that the commands can serve for the next life, if they are without
// barriers for dependencies and on the engines on which such a batch always is.
func (b *batch) keep(wb *workload.Batch, need sched.Need) {
	r := b.rig
	if len(wb.Deps)+len(wb.Starts) != 0 || !r.engines.fixed(wb.Engines) {
		return
	}
	b.plain, b.last = wb.Engines, b.target
	if b.need = &r.plain[0]; b.target.render() {
		b.need = &r.plain[1]
	}
	*b.need = need
}

// length returns how long a batch executes.
func length(wb *workload.Batch) fence.Duration {
	if wb.Endless {
		return device.Endless
	}
	return wb.Duration
}

// barriers appends a barrier for each dependency that needs one.
func (b *batch) barriers(list []device.Command, wb *workload.Batch) []device.Command {
	r := b.rig
	for _, d := range wb.Deps {
		if dep := r.batches.find(d); b.needsBarrier(dep, wb.Deps) {
			list = append(list, device.Command{
				Kind: b.target.first(), After: &dep.job, AfterGen: dep.job.Gen(),
				AfterKind: dep.target.last(),
			})
		}
	}
	for _, h := range wb.Starts {
		list = b.barriersOf(list, r.batches.find(h))
	}
	return list
}

// needsBarrier reports whether the hardware must order b behind dep, one of
// deps: the jobs of one scheduler reach it in order, but its engines do not wait
// for each other. One engine behind one compute queue keeps the order by itself.
func (b *batch) needsBarrier(dep *batch, deps []workload.Handle) bool {
	switch {
	case dep.isSoft:
		return false
	case dep.context.entity.Scheduler() != b.context.entity.Scheduler():
		return b.rig.batches.outlasts(dep, deps)
	}
	engines := b.target.engines()
	inOrder := dep.context == b.context && !b.target.render() &&
		dep.target.engines() == engines && engines&(engines-1) == 0
	return !inOrder
}

// outlasts reports whether dep may end after the fence that a job with these
// dependencies waits for: of one context it is that of the latest alone, and
// renders and others do not end in order. The latest having run, dep has been
// given to the device, where a barrier can name it.
func (p *batchPool) outlasts(dep *batch, deps []workload.Handle) bool {
	later := false
	for _, d := range deps {
		x := p.find(d)
		if x.isSoft || x.context != dep.context || !x.finished.IsLater(dep.finished) {
			continue
		}
		if x.target.render() == dep.target.render() {
			return false // ends after dep, and is waited for itself
		}
		later = true
	}
	return later
}

package rig

import (
	"credence/core/fence"
	"credence/hwmock/device"
	"credence/hwmock/workload"
)

// barriersOf appends, for a batch that starts together with leader, what the
// hardware has leader wait for: leader may have been given to it long before
// that is done.
func (b *batch) barriersOf(list []device.Command, leader *batch) []device.Command {
	for i := range leader.job.Commands {
		c := &leader.job.Commands[i]
		if c.Engines == 0 && c.After != nil {
			list = append(list, device.Command{
				Kind: b.target.first(), After: c.After, AfterGen: c.AfterGen, AfterKind: c.AfterKind,
			})
		}
	}
	return list
}

// startWith has the job wait until those that it starts with were given to the
// device. None is done, so their fences are their jobs' still.
func (b *batch) startWith(leaders []workload.Handle) {
	for _, h := range leaders {
		f := b.rig.batches.find(h).job.Scheduled()
		b.rig.traceDepend(f)
		b.job.AddDependency(f.Get())
	}
}

// preempted returns how often a batch lets itself be preempted as the device
// knows it: 0 is never, which a device that preempts nothing does not care about.
func preempted(every fence.Duration) fence.Duration {
	if every == 0 {
		return device.Whole
	}
	return every
}

// End ends a batch without an end.
func (h *host) End(f workload.Handle) { h.device.End(&h.batches.find(f).job) }

// ownLoad counts, by workload engine, the unfinished batches that can run
// nowhere else.
type ownLoad [workload.MaxEngines]int

// take counts b, which may run on the engines of set.
func (l *ownLoad) take(b *batch, set workload.EngineSet) {
	b.only = -1
	if set.Count() == 1 {
		b.only = set.Lowest()
		l[b.only]++
	}
}

// drop ends what take began.
func (l *ownLoad) drop(b *batch) {
	if b.only >= 0 {
		l[b.only]--
	}
}

// pick returns the engine of set that the fewest batches need for themselves, of
// equals the first. What the device has in line does not tell, since a burst of
// batches is picked for before the first of them gets there.
func (l *ownLoad) pick(set workload.EngineSet) workload.EngineSet {
	best := set.Lowest()
	for i := best + 1; i < len(l); i++ {
		if set.Has(i) && l[i] < l[best] {
			best = i
		}
	}
	return 1 << uint(best)
}

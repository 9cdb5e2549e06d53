package sched

import "credence/core/fence"

// AddResvDependencies makes j wait for every fence of r that a wait for u waits
// for, with a reference of j's own to each. Requires: r is locked, which the
// caller does before Init. It may allocate, hence only between Init and Arm. The
// producer.
func (j *Job) AddResvDependencies(r *Resv, u Usage) {
	r.Each(u, func(f *fence.Fence) bool {
		j.AddDependency(f.Get())
		return true
	})
}

// AddImplicitDependencies makes j wait for those whose use of r's memory its own
// has to follow: readers and writers if it writes, writers if it reads.
func (j *Job) AddImplicitDependencies(r *Resv, write bool) {
	j.AddResvDependencies(r, WaitUsage(write))
}

// HasDependency reports whether f itself is among what j was told to wait for.
// Of several fences of one context it is the one that was kept. The producer,
// until Push.
func (j *Job) HasDependency(f *fence.Fence) bool {
	for _, d := range j.deps {
		if d == f {
			return true
		}
	}
	return false
}

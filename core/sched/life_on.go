//go:build invariants || gofuzz || gofuzz_libfuzzer || libfuzzer

package sched

import "credence/core/xatomic"

// life counts the lives of one job.
type life struct{ n uint32 }

var liveJobs xatomic.Int64

// LiveJobs returns how many jobs are between Init and Cleanup, of all schedulers.
// Without the build tags of package invariant: 0.
func LiveJobs() int64 { return liveJobs.Load() }

func (l *life) begin() {
	liveJobs.Add(1)
	l.n++
}

func (*life) end() { liveJobs.Add(-1) }

func (l *life) number() uint32 { return l.n }

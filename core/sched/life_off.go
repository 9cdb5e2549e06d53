//go:build !invariants && !gofuzz && !gofuzz_libfuzzer && !libfuzzer

package sched

// life is nothing.
type life struct{}

// LiveJobs returns how many jobs are between Init and Cleanup, of all schedulers.
// Without the build tags of package invariant: 0.
func LiveJobs() int64 { return 0 }

func (*life) begin() {}

func (*life) end() {}

func (*life) number() uint32 { return 0 }

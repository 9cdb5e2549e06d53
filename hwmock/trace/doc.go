// Package trace is job timelines: it records those of simulated runs (Recorder)
// and writes them as Perfetto traces or text of ftrace, and it reads what the
// kernel's tracing wrote (ReadFile, Read) into Jobs, each with the instants of its submission, of
// its start and of its end. It refuses to guess: an instant that was not recorded
// is NotRecorded, and a line that makes no sense is reported with file and line,
// counted, and left out, while the rest still works.
//
// Two formats are read, and told apart by the first line that says something:
//
//   - Text of ftrace, as trace-cmd report, /sys/kernel/tracing/trace and perf
//     script print it, with the events of vocabulary.go: those of the DRM
//     scheduler in their stable form (Linux 6.17), in the forms before it, and
//     amdgpu's own, with dma_fence_signaled beside them. Other events are counted
//     and skipped.
//   - A table of jobs with commas, a line each, and the names of the columns
//     first: ring, submit_us, run_us and done_us must be there; dev, ctx, seqno,
//     sched_job, comm, pid, num_ibs and cpu may. Instants are microseconds, with
//     up to three decimals.
//
// Lines may be out of order, as those of several processors are: up to Window
// events are held back and put in order. Everything that a file can make the
// reader keep has a limit, which is named below; a line beyond MaxLine is skipped
// as it streams by.
package trace

// Limits of what a file can make the reader keep.
const (
	// MaxLine is how long a line may be, in bytes; a longer one is a problem.
	MaxLine = 64 << 10
	// MaxJobs is how many jobs a trace may have; what comes after them is counted.
	MaxJobs = 1 << 20
	// MaxNames is how many different names of threads, rings and devices there
	// may be, MaxName how long one may be in bytes.
	MaxNames, MaxName = 1 << 16, 64
	// MaxDeps is how many dependencies of one job are kept.
	MaxDeps = 64
	// MaxProblems is how many problems are kept with their place; all are counted.
	MaxProblems = 100
	// Window is how many events of jobs are put in the order of their time.
	Window = 4096
)

// Package replay brings the arrivals of a recorded trace to the scheduler core
// and a simulated device, and compares what becomes of the jobs with what was
// recorded. Constants are fitted to one part of a trace and judged on another;
// Naive, which needs no simulation, is kept beside it as the thing to beat. It
// refuses to look at the outcome of a job that it is not to be fitted to, and to
// claim more than what was recorded: arrivals come from the trace, so what is
// validated is back-pressure and constants.
//
// # The model
//
// The scheduler and the device are the ones that everything else of the project
// runs on (rig.Submit): a worker that sleeps and has to be woken, a limit of jobs
// in flight, fences, the interrupt. Of the recording come
//
//   - for each class of jobs (ring, thread's name, number of command buffers), the
//     latency of the wake-up by a submission, and for how long the engine works;
//   - whether the submitting thread is on the worker's own processor, from which
//     waking is faster, where the recording names processors and the difference
//     predicts jobs that it was not taken from;
//   - one latency of the wake-up by a completion that makes room;
//   - for each class a slope: how much longer a job takes for each microsecond that
//     it had the ring's submitters to itself (Job.Quiet), shrunk by what it
//     varies from one fold of the recording to another. Why is not known; both
//     follow slow changes of the host that are in no event.
//
// Durations are then calibrated: the part to fit to is replayed on the device,
// and each class is corrected by the median error of its end less what it
// inherits from the jobs that it waited behind. That takes out whatever latencies
// the device has of its own. The median is weighted, newer jobs more, since
// durations drift.
//
// results/replay.md has the figures, what was tried and what was not worth it.
package replay

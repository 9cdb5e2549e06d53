package prog

import (
	"credence/core/fence"
	"credence/hwmock/device"
)

// Kind says what an operation does.
type Kind uint8

// The kinds of operations.
const (
	// Submit is MakeJob and Push in one.
	Submit Kind = iota
	// MakeJob initialises job Target as Job says, unless one lives under this
	// identifier.
	MakeJob
	// Push arms and pushes job Target if it is initialised.
	Push
	// Abort cleans up job Target if it is initialised.
	Abort
	// Advance moves the clock by N microseconds, doing what is due.
	Advance
	// Step does the next N things that are due, whenever that is.
	Step
	// Signal signals external fence Target with Err, unless it is signalled.
	Signal
	// Timeline signals the next N fences of the timeline.
	Timeline
	// Drop gives up the fences of job Target that its Keep kept.
	Drop
	numKinds
)

var kindNames = [numKinds]string{
	"submit", "job", "push", "abort", "advance", "step", "signal", "timeline", "drop",
}

// String returns the operation's word in the text.
func (k Kind) String() string { return kindNames[k] }

// Op is one operation.
type Op struct {
	Kind   Kind
	Target uint8       // a job, or an external fence for Signal
	N      uint16      // of Advance, Step and Timeline
	Err    fence.Errno // of Signal
	Job    Job         // of Submit and MakeJob
}

// Job is what a job is made of.
type Job struct {
	Entity   uint8
	Credits  uint8 // 1 to MaxCredits
	Commands [device.NumKinds]uint8
	Barriers Barriers
	// Micros is each command's duration, or that of the job for Later; 1 or more.
	Micros uint16
	// End says who completes the job, and Err how if it is not the device. A job
	// that the device does not see has no Barriers, and one that ends at once has
	// 1 for Micros.
	End End
	Err fence.Errno
	// Keep keeps the job's fences until Drop; otherwise they are given up when
	// the job is freed.
	Keep bool
	Deps [MaxDeps]Dep // the first ones, then NoDep
}

// Barriers is a set of barriers between a job's commands, and before them.
type Barriers uint8

// The barriers. One without a command on both sides is left out.
const (
	VertexFragment  Barriers = 1 << iota // fragment work waits for this job's vertex work
	FragmentCompute                      // compute work waits for this job's fragment work
	OtherJob                             // the first work waits for that of the first job in Deps
	allBarriers     = VertexFragment | FragmentCompute | OtherJob
)

// barrierNames are in the order of the bits.
var barrierNames = [...]string{"vf", "fc", "dep"}

// End says how a job ends.
type End uint8

// The ends.
const (
	// ByDevice: the device executes the commands.
	ByDevice End = iota
	// ByReturn: the backend says at once that the job is done, with Err and
	// without a fence.
	ByReturn
	// BySignaled: the backend returns a fence that is signalled with Err.
	BySignaled
	// Later: the backend returns a fence that signals with Err after Micros.
	Later
	numEnds
)

// endNames are the keys of the text; ByDevice has none.
var endNames = [numEnds]string{ByReturn: "return", BySignaled: "signaled", Later: "later"}

// DepKind says what a dependency is on.
type DepKind uint8

// The kinds of dependencies.
const (
	NoDep      DepKind = iota
	OnFinished         // the finished fence of job Target
	OnScheduled
	OnExternal
	OnTimeline // fence Target of the timeline
	numDepKinds
)

// depLimits are the limits of Dep.Target.
var depLimits = [numDepKinds]int{0, MaxJobs, MaxJobs, MaxExternal, MaxTimeline}

// Dep is a dependency. One on a job that does not live when the operation is
// executed is left out.
type Dep struct {
	Kind   DepKind
	Target uint8
}

package prog

import (
	"credence/core/fence"
	"credence/core/sched"
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
	// Drop gives up the fences of job Target that its Keep kept.
	Drop
	// Deadline hints that somebody wants the end of job Target in N microseconds.
	Deadline
	// Advance moves the clock by N microseconds, doing what is due.
	Advance
	// Step does the next N things that are due, whenever that is.
	Step
	// Signal signals external fence Target with Err, unless it is signalled.
	Signal
	// Timeline signals the next N fences of the timeline.
	Timeline
	// HwDone completes N jobs of engine Target with Err, from the one that is
	// From places behind the head.
	HwDone
	// Kill, Fini and Destroy end entity Target. Fini does not wait for its
	// queue; Destroy does, for a while.
	Kill
	Fini
	Destroy
	// Flush waits up to N microseconds for entity Target's queue, as a caller
	// who comes to an end as Exit says.
	Flush
	// Revive makes entity Target anew, as Entity says, if it is gone.
	Revive
	// SetPrio gives entity Target the priority Priority, and ModSched the
	// schedulers Scheds to choose from.
	SetPrio
	ModSched
	// Fault has scheduler Target ask about its oldest job.
	Fault
	// Pause and Resume, Stop and Start, are scheduler Target's; Start ends what
	// Stop detached with Err. FiniSched tears it down.
	Pause
	Resume
	Stop
	Start
	FiniSched
	numKinds
)

// NumKinds is how many kinds of operations there are.
const NumKinds = int(numKinds)

// Exit says how the caller of Flush comes to an end.
type Exit uint8

// The ends of callers.
const (
	Lives Exit = iota // it waits without limit for N
	Exits
	Killed
	numExits
)

var exitNames = [numExits]string{"lives", "exit", "sigkill"}

// String returns the word in the text.
func (e Exit) String() string { return exitNames[e] }

// Op is one operation.
type Op struct {
	Kind     Kind
	Target   uint8  // a job, external fence, entity or scheduler
	N        uint32 // a duration in microseconds, or a count
	From     uint8
	Exit     Exit
	Priority sched.Priority
	Err      fence.Errno
	Scheds   SchedList
	Entity   Entity
	Job      Job
}

// Micros returns N as a duration.
func (o *Op) Micros() fence.Duration { return micros(o.N) }

// targetKind is what Op.Target names.
type targetKind uint8

const (
	noTarget targetKind = iota
	aJob
	anExternal
	anEntity
	aSched
	numTargets
)

// targetLimits are the limits of Op.Target.
var targetLimits = [numTargets]int{aJob: MaxJobs, anExternal: MaxExternal, anEntity: MaxEntities,
	aSched: MaxScheds}

// numberKind is what Op.N is.
type numberKind uint8

const (
	noNumber numberKind = iota
	aDuration
	aCount
)

// form is what an operation consists of: what its bytes, its line, and a
// mutation are made from.
type form struct {
	word   string
	weight int // how many of 64 random records are of this kind
	target targetKind
	number numberKind

	err, from, exit, priority, scheds, entity, job bool
}

var forms = [numKinds]form{
	Submit:    {word: "submit", weight: 18, target: aJob, job: true},
	MakeJob:   {word: "job", weight: 3, target: aJob, job: true},
	Push:      {word: "push", weight: 4, target: aJob},
	Abort:     {word: "abort", weight: 1, target: aJob},
	Drop:      {word: "drop", weight: 2, target: aJob},
	Deadline:  {word: "deadline", weight: 2, target: aJob, number: aDuration},
	Advance:   {word: "advance", weight: 8, number: aDuration},
	Step:      {word: "step", weight: 4, number: aCount},
	Signal:    {word: "signal", weight: 2, target: anExternal, err: true},
	Timeline:  {word: "timeline", weight: 1, number: aCount},
	HwDone:    {word: "hwdone", weight: 3, target: aSched, number: aCount, from: true, err: true},
	Kill:      {word: "kill", weight: 2, target: anEntity},
	Fini:      {word: "fini", weight: 1, target: anEntity},
	Destroy:   {word: "destroy", weight: 1, target: anEntity},
	Flush:     {word: "flush", weight: 1, target: anEntity, number: aDuration, exit: true},
	Revive:    {word: "revive", weight: 2, target: anEntity, entity: true},
	SetPrio:   {word: "setprio", weight: 2, target: anEntity, priority: true},
	ModSched:  {word: "modsched", weight: 1, target: anEntity, scheds: true},
	Fault:     {word: "fault", weight: 2, target: aSched},
	Pause:     {word: "pause", weight: 1, target: aSched},
	Resume:    {word: "resume", weight: 2, target: aSched},
	Stop:      {word: "stop", weight: 1, target: aSched},
	Start:     {word: "start", weight: 1, target: aSched, err: true},
	FiniSched: {word: "finisched", weight: 1, target: aSched},
}

// String returns the operation's word in the text.
func (k Kind) String() string { return forms[k].word }

// Job is what a job is made of.
type Job struct {
	Entity   uint8
	Credits  uint8 // 0, which is refused, to MaxCredits
	Commands [device.NumKinds]uint8
	Barriers Barriers
	// Micros is each command's duration, or the job's on an engine and for Later.
	// On an engine 0 is for ever; elsewhere it is 1. Again is that of a job that
	// was resubmitted, if it is not 0.
	Micros, Again uint32
	// End says who completes the job, and Err how if it is not the device. A job
	// that the device does not see has no Barriers, and one that ends at once no
	// Micros.
	End End
	Err fence.Errno
	// Retry, if it is not ByDevice, is how a job of the device ends when it is run
	// again, ByReturn or BySignaled, with RetryErr, which is at most
	// MaxRetryErr.
	Retry    End
	RetryErr fence.Errno
	// Anyway has the backend run the job though its finished fence carries an error.
	Anyway bool
	// Verdict is what the backend does when the job times out.
	Verdict Verdict
	// Prepare has the backend name external fence Prepare-1 for the job to wait
	// for; 0 is none.
	Prepare uint8
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
	// ByDevice: the device executes the job.
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
var endNames = [numEnds]string{ByReturn: "fail", BySignaled: "signaled", Later: "later"}

// retryNames are the keys of Retry.
var retryNames = [BySignaled + 1]string{ByReturn: "refail", BySignaled: "resignaled"}

// takesTime reports whether Micros means anything.
func (j *Job) takesTime() bool { return j.End == ByDevice || j.End == Later }

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

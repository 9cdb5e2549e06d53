package trace

// Names of the kernel's events that speak of jobs. What is written is the stable
// form; all are read.
const (
	// Of the DRM scheduler since Linux 6.17, a stable interface
	// (drivers/gpu/drm/scheduler/gpu_scheduler_trace.h).
	EventJobQueue         = "drm_sched_job_queue"
	EventJobRun           = "drm_sched_job_run"
	EventJobDone          = "drm_sched_job_done"
	EventJobAddDep        = "drm_sched_job_add_dep"
	EventJobUnschedulable = "drm_sched_job_unschedulable"
	// Of the DRM scheduler before it. Their fields changed once: fence was a
	// pointer, then (context:C, seqno:S).
	EventOldQueue   = "drm_sched_job"
	EventOldRun     = "drm_run_job"
	EventOldDone    = "drm_sched_process_job"
	EventOldWaitDep = "drm_sched_job_wait_dep"
	// Of amdgpu (drivers/gpu/drm/amd/amdgpu/amdgpu_trace.h).
	EventAMDQueue = "amdgpu_cs_ioctl"
	EventAMDRun   = "amdgpu_sched_run_job"
	// Of any fence (include/trace/events/dma_fence.h). That of a job's finished
	// fence is the job's end.
	EventFenceSignaled = "dma_fence_signaled"
)

// SystemSched is the event system of the DRM scheduler's events: what perf
// prints before the name, and what trace-cmd records all of.
const SystemSched = "gpu_scheduler"

// Names of fields in the events' messages: key=value, but for the three behind
// which a colon stands.
const (
	keyContext  = "context"
	keyDev      = "dev"
	keyDepends  = "depends fence"
	keyDeps     = "dependencies"
	keyFence    = "fence"
	keyID       = "id"
	keyNumIBs   = "num_ibs"
	keyRing     = "ring"
	keySchedJob = "sched_job"
	keySeq      = "seq"
	keySeqno    = "seqno"
	keyTimeline = "timeline"

	keyJobCount   = "job count"
	keyHWJobCount = "hw job count"
	keyClientID   = "client_id"
)

// Kind is what an event says of a job.
type Kind uint8

// The kinds.
const (
	Other  Kind = iota // nothing
	Queue              // it was submitted
	Run                // it was given to the hardware
	Done               // its finished fence signalled
	Signal             // some fence signalled, perhaps its finished one
	Dep                // it waits for a fence
)

// style is which of the kernel's generations of events one belongs to. A kernel
// may write two of them for the same job.
type style uint8

const (
	styleSched style = iota // stable
	styleOld
	styleAMD
	numStyles
	noStyle = numStyles // of fences in general
)

// meaning is what the name of an event stands for.
type meaning struct {
	kind  Kind
	style style
}

// vocabulary has every event that is read, by its name.
var vocabulary = map[string]meaning{
	EventJobQueue:         {Queue, styleSched},
	EventJobRun:           {Run, styleSched},
	EventJobDone:          {Done, styleSched},
	EventJobAddDep:        {Dep, styleSched},
	EventJobUnschedulable: {Dep, styleSched},
	EventOldQueue:         {Queue, styleOld},
	EventOldRun:           {Run, styleOld},
	EventOldDone:          {Done, styleOld},
	EventOldWaitDep:       {Dep, styleOld},
	EventAMDQueue:         {Queue, styleAMD},
	EventAMDRun:           {Run, styleAMD},
	EventFenceSignaled:    {Signal, noStyle},
}

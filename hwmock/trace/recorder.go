package trace

import (
	"slices"

	"credence/core/fence"
	"credence/core/sched"
	"credence/hwmock/device"
)

// MaxRecords is how many events a Recorder keeps unless told otherwise, of 40
// bytes each; a job has ten to thirty.
const MaxRecords = 1 << 22

// RecorderConfig is what a Recorder is made of.
type RecorderConfig struct {
	// Device names the device, Engines its engines in the order of its profile.
	Device  string
	Engines []string
	// Limit is how many events are kept, 1 or more; 0 means MaxRecords.
	Limit int
}

// Recorder keeps the events of a run for WritePerfetto and WriteFtrace. It
// observes schedulers and a device in virtual time, as a rig.Tracer. When it is
// full it stops, and Full says so: what came before is complete. It allocates as
// it grows and is for one goroutine, so it is not for core/live.
type Recorder struct {
	config  RecorderConfig
	records []record
	full    bool
	end     fence.Time // of the last event, or of Finish

	clients []string   // what each runs
	owners  []int32    // client of each entity, or noClient
	lanes   [][]lane   // by scheduler
	credits [][]uint32 // of each lane, as last recorded
}

// lane is one number that a scheduler's flow control counts.
type lane struct {
	name  string
	limit uint32
}

const noClient = -1

// recordKind says what a record is of. The first ones are those of the
// schedulers and of what feeds them, the others those of the device.
type recordKind uint8

const (
	recDepend  recordKind = iota // job waits for the fence value:more
	recSubmit                    // the call for job begins, whose fence is value:more; who: entity
	recQueue                     // who: entity, value: scheduler, also of the next three
	recRun                       //
	recDone                      // more: fence.Errno
	recWarn                      // more: sched.Warning
	recCredits                   // who: scheduler, lane, value: in flight
	recDevice                    // and all above: device.EventKind
)

// record is one event. A submission that begins later than it was recorded is
// late: of what happens at its time it comes last.
type record struct {
	at    fence.Time
	job   uint64
	value uint64
	more  uint64
	who   uint32
	kind  recordKind
	lane  uint8
	late  bool
}

// NewRecorder returns an empty recorder.
func NewRecorder(c RecorderConfig) *Recorder {
	if c.Limit == 0 {
		c.Limit = MaxRecords
	}
	return &Recorder{config: c}
}

// Full returns the time of the first event that there was no room for, and
// whether there was one.
func (r *Recorder) Full() (at fence.Time, full bool) { return r.end, r.full }

// End returns the time of the last event, or what Finish was told.
func (r *Recorder) End() fence.Time { return r.end }

// Jobs returns how many jobs were recorded as pushed.
func (r *Recorder) Jobs() int {
	n := 0
	for i := range r.records {
		if r.records[i].kind == recQueue {
			n++
		}
	}
	return n
}

func (r *Recorder) add(x record) {
	switch {
	case r.full:
		return
	case len(r.records) == r.config.Limit:
		r.full = true
		r.end = max(r.end, x.at)
		return
	}
	r.records = append(r.records, x)
	if !x.late {
		r.end = max(r.end, x.at)
	}
}

// Finish ends the recording at the time at which the run ended: later events are
// dropped, and what has not ended by then ends there. It comes after the last
// event and before anything is written.
func (r *Recorder) Finish(at fence.Time) {
	if !r.full {
		r.end = at
	}
	// Calls that had not begun were recorded ahead of their time.
	slices.SortStableFunc(r.records, func(a, b record) int {
		switch {
		case a.at != b.at:
			return int(max(-1, min(1, a.at-b.at)))
		case a.late == b.late:
			return 0
		case a.late:
			return 1
		}
		return -1
	})
	n := len(r.records)
	for n > 0 && r.records[n-1].at > r.end {
		n--
	}
	r.records = r.records[:n]
}

// AddScheduler implements rig.Tracer.
func (r *Recorder) AddScheduler(id uint32, lanes []string, limits []uint32) {
	for int(id) >= len(r.lanes) {
		r.lanes, r.credits = append(r.lanes, nil), append(r.credits, nil)
	}
	for i, name := range lanes {
		r.lanes[id] = append(r.lanes[id], lane{name, limits[i]})
	}
	r.credits[id] = make([]uint32, len(lanes))
}

// AddClient implements rig.Tracer.
func (r *Recorder) AddClient(client int, workload string) {
	for client >= len(r.clients) {
		r.clients = append(r.clients, "")
	}
	r.clients[client] = workload
}

// AddEntity implements rig.Tracer.
func (r *Recorder) AddEntity(entity uint32, client int) {
	for int(entity) >= len(r.owners) {
		r.owners = append(r.owners, noClient)
	}
	r.owners[entity] = int32(client)
}

// owner returns the client of an entity, or noClient.
func (r *Recorder) owner(entity uint32) int {
	if int(entity) < len(r.owners) {
		return int(r.owners[entity])
	}
	return noClient
}

// Depend implements rig.Tracer.
func (r *Recorder) Depend(at fence.Time, job uint64, on *fence.Fence) {
	r.add(record{
		at: at, kind: recDepend, job: job, value: uint64(on.Context()), more: on.Seqno(),
	})
}

// Submit implements rig.Tracer.
func (r *Recorder) Submit(at fence.Time, job uint64, entity uint32, from fence.Time,
	finished *fence.Fence) {
	r.add(record{
		at: from, kind: recSubmit, job: job, who: entity, late: from > at,
		value: uint64(finished.Context()), more: finished.Seqno(),
	})
}

// Credits implements rig.Tracer.
func (r *Recorder) Credits(at fence.Time, sched uint32, lane int, n uint32) {
	if int(sched) >= len(r.credits) || r.credits[sched][lane] == n {
		return
	}
	r.credits[sched][lane] = n
	r.add(record{at: at, kind: recCredits, who: sched, lane: uint8(lane), value: uint64(n)})
}

// Observe implements sched.Observer.
func (r *Recorder) Observe(e sched.Event) {
	x := record{at: e.At, job: e.Job, who: e.Entity, value: uint64(e.Sched)}
	switch e.Kind {
	case sched.EventQueue:
		x.kind = recQueue
	case sched.EventRun:
		x.kind = recRun
	case sched.EventDone:
		x.kind, x.more = recDone, uint64(e.Err)
	case sched.EventWarn:
		x.kind, x.more = recWarn, uint64(e.Warn)
	default:
		return // what a timeline does not show
	}
	r.add(x)
}

// ObserveDevice implements device.Observer.
func (r *Recorder) ObserveDevice(e device.Event) {
	r.add(record{
		at: e.At, job: e.Job, kind: recDevice + recordKind(e.Kind), who: uint32(e.Engine),
		value: ringOf(e.Queue, e.Fw), more: uint64(e.N),
	})
}

// ringOf numbers the firmware queues.
func ringOf(queue int32, fw device.Kind) uint64 {
	return uint64(queue)*uint64(device.NumKinds) + uint64(fw)
}

package trace

import (
	"fmt"
	"io"
	"path/filepath"
	"strconv"

	"credence/core/fence"
	"credence/core/sched"
	"credence/hwmock/device"
)

// WritePerfetto writes the recording as a trace for ui.perfetto.dev, in three
// groups of tracks, times being nanoseconds:
//
//   - clients: a slice for each submitting call, and for each entity of the client
//     the job at the head of its queue and how many are queued;
//   - schedulers: an instant for each job given to the device and for each job
//     done, and what is in flight of each number that the flow control counts;
//   - the device: interrupts from the stamp to the host's handler, what each engine
//     executes, and for each firmware queue the command at its head, until that has
//     retired, and how many there are.
//
// A flow with the job's number goes from its submitting call over the scheduler,
// which gives it to the device, and the engines to its end. What had not ended
// when the recording did ends there. Finish comes before. The error is w's.
func (r *Recorder) WritePerfetto(w io.Writer) error {
	t := &timeline{recorder: r, packets: newPackets(w)}
	t.declare()
	for i := range r.records {
		t.show(&r.records[i])
	}
	t.close()
	return t.packets.flush()
}

// timeline is the tracks of a recording.
type timeline struct {
	*packets
	recorder *Recorder
	clients  []track
	entities []waitingLine
	scheds   []track
	lanes    [][]uint64 // counters, by scheduler
	engines  []track
	rings    []waitingLine // by ringOf
	names    []string      // of the rings
	irq      track
}

// declare declares all tracks. Entities and firmware queues are those of which
// something was recorded.
func (t *timeline) declare() {
	r := t.recorder
	entities, rings, scheds := r.used()
	p := t.packets
	group := p.process("clients")
	t.entities = make([]waitingLine, len(entities))
	of, none := r.byOwner(entities)
	for c, name := range r.clients {
		name = fmt.Sprintf("client %d, %s", c, filepath.Base(name))
		t.clients = append(t.clients, p.track(name, group))
		t.declareEntities(of[c], group)
	}
	t.declareEntities(none, group)
	group = p.process("schedulers")
	for s := range max(scheds, len(r.lanes)) {
		t.scheds = append(t.scheds, p.track(fmt.Sprintf("scheduler %d", s), group))
		var counters []uint64
		if s < len(r.lanes) {
			for _, l := range r.lanes[s] {
				name := fmt.Sprintf("scheduler %d, %s in flight of %d", s, l.name, l.limit)
				counters = append(counters, p.counter(name, group))
			}
		}
		t.lanes = append(t.lanes, counters)
	}
	t.declareDevice(rings)
}

// declareEntities declares the tracks of entities.
func (t *timeline) declareEntities(list []int, group uint64) {
	for _, e := range list {
		t.entities[e] = t.line(fmt.Sprintf("entity %d", e), "queued jobs", catQueue, group)
	}
}

func (t *timeline) declareDevice(used []bool) {
	group := t.process("device " + t.recorder.config.Device)
	t.irq = t.track("interrupts", group)
	for _, name := range t.recorder.config.Engines {
		t.engines = append(t.engines, t.track("engine "+name, group))
	}
	t.rings, t.names = make([]waitingLine, len(used)), make([]string, len(used))
	for i := range used {
		if used[i] {
			t.names[i] = fmt.Sprintf("queue %d %s", i/int(device.NumKinds),
				device.Kind(i%int(device.NumKinds)))
			t.rings[i] = t.line(t.names[i], "commands", catRing, group)
		}
	}
}

// line declares the tracks of a line.
func (t *timeline) line(name, what string, about category, group uint64) waitingLine {
	return waitingLine{
		track: t.track(name, group), counter: t.counter(name+", "+what, group), about: about,
	}
}

// used returns which entities and which rings have records, and how many
// schedulers there are at least.
func (r *Recorder) used() (entities, rings []bool, scheds int) {
	mark := func(set []bool, i int) []bool {
		for i >= len(set) {
			set = append(set, false)
		}
		set[i] = true
		return set
	}
	for i := range r.records {
		switch x := &r.records[i]; x.kind {
		case recQueue, recRun, recDone, recWarn:
			entities = mark(entities, int(x.who))
			scheds = max(scheds, int(x.value)+1)
		case recSubmit:
			entities = mark(entities, int(x.who))
		case recDevice + recordKind(device.EventWritten):
			rings = mark(rings, int(x.value))
		}
	}
	return entities, rings, scheds
}

// byOwner returns the entities of each client, and those of none.
func (r *Recorder) byOwner(used []bool) (of [][]int, none []int) {
	of = make([][]int, len(r.clients))
	for e := range used {
		c := r.owner(uint32(e))
		switch {
		case !used[e]:
		case c == noClient:
			none = append(none, e)
		default:
			of[c] = append(of[c], e)
		}
	}
	return of, none
}

// show writes what a record is of.
func (t *timeline) show(x *record) {
	switch x.kind {
	case recSubmit:
		if c := t.recorder.owner(x.who); c != noClient {
			t.beginSlice(&t.clients[c], catSubmit, jobName(x.job)).flow(x.job).
				uint(noteJob, x.job).uint(noteEntity, uint64(x.who)).emit(x.at)
		}
	case recQueue:
		t.queue(x)
	case recRun:
		t.entities[x.who].remove(t.packets, x.at, x.job)
		t.instant(&t.scheds[x.value], catRun, "run "+jobName(x.job)).flow(x.job).
			uint(noteJob, x.job).uint(noteEntity, uint64(x.who)).emit(x.at)
	case recDone:
		t.done(x)
	case recWarn:
		t.instant(&t.scheds[x.value], catWarning, sched.Warning(x.more).String()).
			uint(noteJob, x.job).uint(noteEntity, uint64(x.who)).emit(x.at)
	case recCredits:
		t.count(x.at, t.lanes[x.who][x.lane], int(x.value))
	default:
		if x.kind >= recDevice {
			t.device(x, device.EventKind(x.kind-recDevice))
		}
	}
}

// queue ends the submitting call. Where nobody recorded one the job's flow begins
// here.
func (t *timeline) queue(x *record) {
	if c := t.recorder.owner(x.who); c != noClient {
		t.endSlice(&t.clients[c], x.at)
	} else {
		t.instant(&t.entities[x.who].track, catSubmit, "submit "+jobName(x.job)).flow(x.job).
			uint(noteJob, x.job).uint(noteEntity, uint64(x.who)).emit(x.at)
	}
	t.entities[x.who].push(t.packets, x.at, x.job, 1)
}

func (t *timeline) done(x *record) {
	t.entities[x.who].remove(t.packets, x.at, x.job) // if it was killed
	t.instant(&t.scheds[x.value], catDone, "done "+jobName(x.job)).lastFlow(x.job).
		uint(noteJob, x.job).uint(noteEntity, uint64(x.who))
	if e := fence.Errno(x.more); e != fence.OK {
		t.text(noteError, e.Error())
	}
	t.emit(x.at)
}

// device writes an event of the device.
func (t *timeline) device(x *record, kind device.EventKind) {
	switch kind {
	case device.EventWritten:
		t.rings[x.value].push(t.packets, x.at, x.job, int(x.more))
	case device.EventOverrun:
		t.instant(&t.rings[x.value].track, catWarning, "over-run by "+jobName(x.job)).
			uint(noteJob, x.job).uint(noteCommands, x.more).emit(x.at)
	case device.EventRetired:
		t.rings[x.value].remove(t.packets, x.at, x.job)
	case device.EventEmptied:
		if int(x.value) < len(t.rings) {
			t.rings[x.value].clear(t.packets, x.at)
		}
	case device.EventStart:
		t.beginSlice(&t.engines[x.who], catExecute, jobName(x.job)).flow(x.job).
			uint(noteJob, x.job).text(noteRing, t.names[x.value]).emit(x.at)
	case device.EventStop:
		t.endSlice(&t.engines[x.who], x.at)
	case device.EventRaised:
		t.beginSlice(&t.irq, catInterrupt, "interrupt").emit(x.at)
	case device.EventInterrupt:
		if t.irq.open > 0 {
			t.irq.open--
			t.start(typeSliceEnd, t.irq.uuid).uint(noteQueues, x.more).emit(x.at)
		}
	}
}

// close ends what has not ended.
func (t *timeline) close() {
	at := t.recorder.end
	end := func(x *track) {
		for x.open > 0 {
			t.endSlice(x, at)
		}
	}
	for i := range t.clients {
		end(&t.clients[i])
	}
	for i := range t.entities {
		end(&t.entities[i].track)
	}
	end(&t.irq)
	for i := range t.engines {
		end(&t.engines[i])
	}
	for i := range t.rings {
		end(&t.rings[i].track)
	}
}

// jobName is what a job is called on all tracks.
func jobName(job uint64) string { return "job " + strconv.FormatUint(job, 10) }

package trace

import (
	"bufio"
	"io"

	"credence/core/fence"
)

// packets writes a Perfetto trace, packet by packet. The first error of writing
// is kept, and nothing is written after it.
type packets struct {
	out    *bufio.Writer
	err    error
	tracks uint64 // declared; their uuids count from 1

	packet, frame, event, note message // reused
}

func newPackets(w io.Writer) *packets {
	p := &packets{out: bufio.NewWriter(w)}
	p.begin()
	return p
}

// begin writes the first packet: all interned data. There is no reset of it
// after, since nothing of a file gets lost.
func (p *packets) begin() {
	var interned message
	interned.intern(internedCategories, categoryNames[:])
	interned.intern(internedAnnotations, annotationNames[:])
	p.packet = p.packet[:0]
	p.packet.uint(packetSequenceID, sequenceID)
	p.packet.uint(packetSequenceFlags, seqIncrementalStateCleared|seqNeedsIncrementalState)
	p.packet.uint(packetFirst, 1)
	p.packet.embed(packetInternedData, interned)
	p.write()
}

// write ends the packet.
func (p *packets) write() {
	p.frame = p.frame[:0]
	p.frame.embed(tracePacket, p.packet)
	if p.err == nil {
		_, p.err = p.out.Write(p.frame)
	}
}

// flush ends the trace.
func (p *packets) flush() error {
	if p.err == nil {
		p.err = p.out.Flush()
	}
	return p.err
}

// A track has slices, each within the one before it or behind it, and instants.
type track struct {
	uuid uint64
	open int // slices that have begun and not ended
}

// descriptor begins the descriptor of the next track.
func (p *packets) descriptor(name string, parent uint64) (uuid uint64) {
	p.tracks++
	p.event = p.event[:0]
	p.event.uint(descriptorUUID, p.tracks)
	p.event.string(descriptorName, name)
	if parent != 0 {
		p.event.uint(descriptorParent, parent)
		p.event.uint(descriptorRank, p.tracks)
	}
	return p.tracks
}

// declare ends a descriptor.
func (p *packets) declare() {
	p.packet = p.packet[:0]
	p.packet.uint(packetSequenceID, sequenceID)
	p.packet.embed(packetDescriptor, p.event)
	p.write()
}

// process declares a group of tracks, which stand in the order of their
// declaration.
func (p *packets) process(name string) uint64 {
	uuid := p.descriptor(name, 0)
	var d message
	d.uint(processPID, uuid)
	d.string(processName, name)
	p.event.embed(descriptorProcess, d)
	p.event.uint(descriptorOrdering, orderingExplicit)
	p.declare()
	return uuid
}

// track declares a track for slices.
func (p *packets) track(name string, parent uint64) track {
	uuid := p.descriptor(name, parent)
	p.declare()
	return track{uuid: uuid}
}

// counter declares a track for numbers.
func (p *packets) counter(name string, parent uint64) uint64 {
	uuid := p.descriptor(name, parent)
	var d message
	d.uint(counterUnit, unitCount)
	p.event.embed(descriptorCounter, d)
	p.declare()
	return uuid
}

// start begins an event. What is told of it before emit is added to it.
func (p *packets) start(kind uint64, uuid uint64) *packets {
	p.event = p.event[:0]
	p.event.uint(eventType, kind)
	p.event.uint(eventTrack, uuid)
	return p
}

// beginSlice starts a slice.
func (p *packets) beginSlice(t *track, c category, name string) *packets {
	t.open++
	p.start(typeSliceBegin, t.uuid)
	p.event.uint(eventCategoryIIDs, uint64(c))
	p.event.string(eventName, name)
	return p
}

// instant is an event without a duration.
func (p *packets) instant(t *track, c category, name string) *packets {
	p.start(typeInstant, t.uuid)
	p.event.uint(eventCategoryIIDs, uint64(c))
	p.event.string(eventName, name)
	return p
}

// flow has an arrow come to here and go on.
func (p *packets) flow(id uint64) *packets {
	p.event.fixed(eventFlows, id)
	return p
}

// lastFlow has an arrow end here.
func (p *packets) lastFlow(id uint64) *packets {
	p.event.fixed(eventTerminatingFlows, id)
	return p
}

// uint adds a number to an event.
func (p *packets) uint(a annotation, v uint64) *packets {
	p.note = p.note[:0]
	p.note.uint(annotationNameIID, uint64(a))
	p.note.uint(annotationUint, v)
	p.event.embed(eventAnnotations, p.note)
	return p
}

// text adds a text to an event.
func (p *packets) text(a annotation, s string) *packets {
	p.note = p.note[:0]
	p.note.uint(annotationNameIID, uint64(a))
	p.note.string(annotationString, s)
	p.event.embed(eventAnnotations, p.note)
	return p
}

// emit ends an event.
func (p *packets) emit(at fence.Time) {
	p.packet = p.packet[:0]
	p.packet.uint(packetTimestamp, uint64(at))
	p.packet.uint(packetSequenceID, sequenceID)
	p.packet.uint(packetSequenceFlags, seqNeedsIncrementalState)
	p.packet.embed(packetTrackEvent, p.event)
	p.write()
}

// count gives a counter's value from now on.
func (p *packets) count(at fence.Time, uuid uint64, value int) {
	p.start(typeCounter, uuid)
	p.event.uint(eventCounterValue, uint64(value))
	p.emit(at)
}

// endSlice ends the latest slice of a track, if one is open.
func (p *packets) endSlice(t *track, at fence.Time) {
	if t.open > 0 {
		t.open--
		p.start(typeSliceEnd, t.uuid).emit(at)
	}
}

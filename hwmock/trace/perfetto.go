package trace

import "google.golang.org/protobuf/encoding/protowire"

// Field numbers and values of Perfetto's trace format: the files under
// protos/perfetto/trace of github.com/google/perfetto that each group names.
const (
	// trace.proto
	tracePacket = 1

	// trace_packet.proto. Without timestamp_clock_id and clock snapshots a
	// timestamp is nanoseconds of the trace's own clock.
	packetTimestamp     = 8
	packetSequenceID    = 10
	packetTrackEvent    = 11
	packetInternedData  = 12
	packetSequenceFlags = 13
	packetDescriptor    = 60
	packetFirst         = 87

	seqIncrementalStateCleared = 1
	seqNeedsIncrementalState   = 2

	// interned_data/interned_data.proto; each entry has an iid and a name
	// (track_event/track_event.proto, track_event/debug_annotation.proto).
	internedCategories  = 1
	internedAnnotations = 3
	entryIID            = 1
	entryName           = 2

	// track_event/track_descriptor.proto
	descriptorUUID     = 1
	descriptorName     = 2
	descriptorProcess  = 3
	descriptorParent   = 5
	descriptorCounter  = 8
	descriptorOrdering = 11
	descriptorRank     = 12

	orderingExplicit = 3

	// track_event/process_descriptor.proto
	processPID  = 1
	processName = 6

	// track_event/counter_descriptor.proto
	counterUnit = 3
	unitCount   = 2

	// track_event/track_event.proto; flow ids have 64 fixed bits.
	eventCategoryIIDs     = 3
	eventAnnotations      = 4
	eventType             = 9
	eventTrack            = 11
	eventName             = 23
	eventCounterValue     = 30
	eventFlows            = 47
	eventTerminatingFlows = 48

	typeSliceBegin = 1
	typeSliceEnd   = 2
	typeInstant    = 3
	typeCounter    = 4

	// track_event/debug_annotation.proto
	annotationNameIID = 1
	annotationUint    = 3
	annotationString  = 6
)

// sequenceID is that of all packets: there is one writer.
const sequenceID = 1

// category is what a slice or an instant is about. Its number is its iid, and so
// are those of annotations.
type category uint8

const (
	catSubmit category = iota + 1
	catQueue
	catRun
	catDone
	catRing
	catExecute
	catInterrupt
	catWarning
	numCategories
)

var categoryNames = [numCategories]string{
	"", "submit", "queue", "run", "done", "ring", "execute", "interrupt", "warning",
}

// annotation is a value that belongs to a slice or an instant.
type annotation uint8

const (
	noteJob annotation = iota + 1
	noteEntity
	noteRing
	noteError
	noteCommands
	noteQueues
	numAnnotations
)

var annotationNames = [numAnnotations]string{
	"", "job", "entity", "firmware queue", "error", "commands", "firmware queues",
}

// message is a protobuf message being built. The zero value is empty.
type message []byte

func (m *message) uint(field protowire.Number, v uint64) {
	*m = protowire.AppendVarint(protowire.AppendTag(*m, field, protowire.VarintType), v)
}

func (m *message) fixed(field protowire.Number, v uint64) {
	*m = protowire.AppendFixed64(protowire.AppendTag(*m, field, protowire.Fixed64Type), v)
}

func (m *message) string(field protowire.Number, s string) {
	*m = protowire.AppendString(protowire.AppendTag(*m, field, protowire.BytesType), s)
}

func (m *message) embed(field protowire.Number, sub message) {
	*m = protowire.AppendBytes(protowire.AppendTag(*m, field, protowire.BytesType), sub)
}

// intern appends the entries of one index of interned data, from iid 1 on.
func (m *message) intern(field protowire.Number, names []string) {
	for iid, name := range names[1:] {
		var e message
		e.uint(entryIID, uint64(iid+1))
		e.string(entryName, name)
		m.embed(field, e)
	}
}

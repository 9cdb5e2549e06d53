package trace_test

import (
	"fmt"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"

	"credence/core/fence"
)

// decoded is a Perfetto trace as a viewer has it.
type decoded struct {
	tracks map[uint64]*decodedTrack
	order  []*decodedTrack
	flows  map[uint64][]*decodedEvent // in the order of the file
}

type decodedTrack struct {
	uuid, parent uint64
	name         string
	group        bool // a process
	counter      bool
	last         fence.Time
	stack        []*decodedEvent // slices that are open
	slices       []*decodedEvent
	instants     []*decodedEvent
	values       []sample
}

type sample struct {
	at    fence.Time
	value int64
}

// decodedEvent is a slice or an instant.
type decodedEvent struct {
	track    *decodedTrack
	at, end  fence.Time
	name     string
	category string
	notes    map[string]string
	last     bool // ends its flow
}

// field is one field of a message: v if it is a number, b otherwise.
type field struct {
	number protowire.Number
	kind   protowire.Type
	v      uint64
	b      []byte
}

// fields takes a message apart. Anything behind it, or cut off, is an error.
func fields(b []byte) ([]field, error) {
	var list []field
	for len(b) > 0 {
		number, kind, n := protowire.ConsumeTag(b)
		if n < 0 {
			return nil, protowire.ParseError(n)
		}
		b = b[n:]
		f := field{number: number, kind: kind}
		switch kind {
		case protowire.VarintType:
			f.v, n = protowire.ConsumeVarint(b)
		case protowire.Fixed64Type:
			f.v, n = protowire.ConsumeFixed64(b)
		case protowire.BytesType:
			f.b, n = protowire.ConsumeBytes(b)
		default:
			return nil, fmt.Errorf("field %d has wire type %d", number, kind)
		}
		if n < 0 {
			return nil, protowire.ParseError(n)
		}
		b = b[n:]
		list = append(list, f)
	}
	return list, nil
}

// decoder checks a trace while it takes it apart: every field is one that it
// knows, with the right wire type; numbers are those of the .proto files, typed
// again here.
type decoder struct {
	t          *testing.T
	out        *decoded
	categories map[uint64]string
	keys       map[uint64]string
	packets    int
	last       fence.Time
}

// decode fails the test at the first thing that is wrong.
func decode(t *testing.T, b []byte) *decoded {
	t.Helper()
	d := &decoder{
		t:          t,
		out:        &decoded{tracks: map[uint64]*decodedTrack{}, flows: map[uint64][]*decodedEvent{}},
		categories: map[uint64]string{}, keys: map[uint64]string{},
	}
	for _, f := range d.fields(b) {
		if f.number != 1 || f.kind != protowire.BytesType {
			t.Fatalf("Trace has field %d", f.number)
		}
		d.packet(f.b)
		d.packets++
	}
	for _, x := range d.out.order {
		if len(x.stack) > 0 {
			t.Fatalf("%s: %d slices have no end", x.name, len(x.stack))
		}
	}
	return d.out
}

func (d *decoder) fields(b []byte) []field {
	d.t.Helper()
	list, err := fields(b)
	if err != nil {
		d.t.Fatalf("packet %d: %v", d.packets, err)
	}
	return list
}

func (d *decoder) fail(format string, args ...any) {
	d.t.Helper()
	d.t.Fatalf("packet %d: %s", d.packets, fmt.Sprintf(format, args...))
}

func (d *decoder) packet(b []byte) {
	var at, sequence, flags, first uint64
	var event, descriptor []byte
	timed := false
	for _, f := range d.fields(b) {
		switch f.number {
		case 8:
			at, timed = f.v, true
		case 10:
			sequence = f.v
		case 11:
			event = f.b
		case 12:
			d.interned(f.b)
		case 13:
			flags = f.v
		case 60:
			descriptor = f.b
		case 87:
			first = f.v
		default:
			d.fail("TracePacket has field %d", f.number)
		}
	}
	switch isFirst := d.packets == 0; {
	case sequence != 1:
		d.fail("sequence %d", sequence)
	case isFirst != (first == 1) || isFirst != (flags&1 != 0):
		d.fail("first %d, flags %d: only the first packet clears the state", first, flags)
	case event != nil && (flags != 2 || !timed || descriptor != nil):
		d.fail("an event with flags %d, timed %t", flags, timed)
	case event != nil:
		d.event(fence.Time(at), event)
	case descriptor != nil:
		d.descriptor(descriptor)
	case !isFirst:
		d.fail("says nothing")
	}
}

func (d *decoder) interned(b []byte) {
	for _, f := range d.fields(b) {
		index := map[protowire.Number]map[uint64]string{1: d.categories, 3: d.keys}[f.number]
		if index == nil {
			d.fail("InternedData has field %d", f.number)
		}
		e := d.fields(f.b)
		if len(e) != 2 || e[0].number != 1 || e[1].number != 2 || e[0].v == 0 || index[e[0].v] != "" {
			d.fail("interned entry %v", e)
		}
		index[e[0].v] = string(e[1].b)
	}
}

func (d *decoder) descriptor(b []byte) {
	x := &decodedTrack{last: -1}
	for _, f := range d.fields(b) {
		switch f.number {
		case 1:
			x.uuid = f.v
		case 2:
			x.name = string(f.b)
		case 3:
			x.group = true
			if p := d.fields(f.b); len(p) != 2 || p[0].number != 1 || p[0].v == 0 || p[1].number != 6 ||
				string(p[1].b) != x.name {
				d.fail("process %v of track %s", p, x.name)
			}
		case 5:
			x.parent = f.v
		case 8:
			x.counter = true
			if c := d.fields(f.b); len(c) != 1 || c[0].number != 3 || c[0].v != 2 {
				d.fail("counter %v", c)
			}
		case 11, 12:
		default:
			d.fail("TrackDescriptor has field %d", f.number)
		}
	}
	parent := d.out.tracks[x.parent]
	switch {
	case x.uuid == 0 || d.out.tracks[x.uuid] != nil || x.name == "":
		d.fail("track %d %q", x.uuid, x.name)
	case x.group != (x.parent == 0) || !x.group && (parent == nil || !parent.group):
		d.fail("track %q has parent %d", x.name, x.parent)
	}
	for _, other := range d.out.order {
		if other.parent == x.parent && other.name == x.name {
			d.fail("a second track %q: viewers would merge them", x.name)
		}
	}
	d.out.tracks[x.uuid] = x
	d.out.order = append(d.out.order, x)
}

func (d *decoder) event(at fence.Time, b []byte) {
	e := &decodedEvent{at: at, end: -1, notes: map[string]string{}}
	var kind, value uint64
	var flow uint64
	valued := false
	for _, f := range d.fields(b) {
		switch f.number {
		case 3:
			if e.category = d.categories[f.v]; e.category == "" {
				d.fail("category %d is not interned", f.v)
			}
		case 4:
			d.note(e, f.b)
		case 9:
			kind = f.v
		case 11:
			e.track = d.out.tracks[f.v]
		case 23:
			e.name = string(f.b)
		case 30:
			value, valued = f.v, true
		case 47, 48:
			if f.kind != protowire.Fixed64Type || flow != 0 || f.v == 0 {
				d.fail("flow %d of wire type %d", f.v, f.kind)
			}
			flow, e.last = f.v, f.number == 48
		default:
			d.fail("TrackEvent has field %d", f.number)
		}
	}
	x := e.track
	switch {
	case x == nil || x.group:
		d.fail("an event on no track")
	case at < x.last || at < d.last:
		d.fail("%s: at %d after %d, %d", x.name, at, x.last, d.last)
	case valued != x.counter || valued != (kind == 4):
		d.fail("%s: type %d, a value %t", x.name, kind, valued)
	}
	x.last, d.last = at, at
	d.place(e, kind, sample{at, int64(value)})
	if flow != 0 {
		steps := d.out.flows[flow]
		if len(steps) > 0 && steps[len(steps)-1].last {
			d.fail("flow %d goes on behind its end", flow)
		}
		d.out.flows[flow] = append(steps, e)
	}
}

// place puts an event on its track.
func (d *decoder) place(e *decodedEvent, kind uint64, s sample) {
	x := e.track
	if (kind == 1 || kind == 3) && (e.name == "" || e.category == "") {
		d.fail("%s: an event without name or category", x.name)
	}
	switch kind {
	case 1:
		x.stack = append(x.stack, e)
		x.slices = append(x.slices, e)
	case 2:
		if len(x.stack) == 0 {
			d.fail("%s: an end without a beginning", x.name)
		}
		begun := x.stack[len(x.stack)-1]
		x.stack = x.stack[:len(x.stack)-1]
		begun.end = e.at
		for k, v := range e.notes {
			begun.notes[k] = v
		}
	case 3:
		x.instants = append(x.instants, e)
	case 4:
		x.values = append(x.values, s)
	default:
		d.fail("%s: type %d", x.name, kind)
	}
}

func (d *decoder) note(e *decodedEvent, b []byte) {
	f := d.fields(b)
	if len(f) != 2 || f[0].number != 1 || d.keys[f[0].v] == "" {
		d.fail("annotation %v", f)
	}
	switch key := d.keys[f[0].v]; f[1].number {
	case 3:
		e.notes[key] = fmt.Sprint(f[1].v)
	case 6:
		e.notes[key] = string(f[1].b)
	default:
		d.fail("annotation %s has field %d", key, f[1].number)
	}
}

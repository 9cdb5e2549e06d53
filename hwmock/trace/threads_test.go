package trace

import (
	"bytes"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"
)

// TestWriteThreads reads back which events of which tracks stand in a trace of two
// threads, one of which sleeps while the other steps.
func TestWriteThreads(t *testing.T) {
	var b bytes.Buffer
	err := WriteThreads(&b, "wait/late", []string{"worker", "irq"}, []ThreadStep{
		{Thread: 0, Name: "park: SLEEPS", Asleep: 1},
		{Thread: 1, Name: "unpark"},
		{Thread: 0, Name: "park"},
	})
	if err != nil {
		t.Fatal(err)
	}
	var kinds []string
	for rest := b.Bytes(); len(rest) > 0; {
		_, _, n := protowire.ConsumeTag(rest)
		packet, m := protowire.ConsumeBytes(rest[n:])
		if n < 0 || m < 0 {
			t.Fatal("not a list of packets")
		}
		rest = rest[n+m:]
		for len(packet) > 0 {
			number, kind, n := protowire.ConsumeTag(packet)
			m := protowire.ConsumeFieldValue(number, kind, packet[n:])
			if number == packetTrackEvent {
				event, _ := protowire.ConsumeBytes(packet[n:])
				kinds = append(kinds, describe(event))
			}
			packet = packet[n+m:]
		}
	}
	want := "begin 2 park: SLEEPS|end 2|begin 2 sleeps|end 2|begin 3 unpark|end 3|begin 2 park|end 2"
	if got := strings.Join(kinds, "|"); got != want {
		t.Errorf("events %s\nwant   %s", got, want)
	}
}

func describe(event []byte) string {
	var kind, track, name string
	for len(event) > 0 {
		number, wire, n := protowire.ConsumeTag(event)
		value := event[n:]
		switch number {
		case eventType:
			v, _ := protowire.ConsumeVarint(value)
			kind = map[uint64]string{typeSliceBegin: "begin", typeSliceEnd: "end"}[v]
		case eventTrack:
			v, _ := protowire.ConsumeVarint(value)
			track = string(rune('0' + v))
		case eventName:
			v, _ := protowire.ConsumeBytes(value)
			name = " " + string(v)
		}
		event = value[protowire.ConsumeFieldValue(number, wire, value):]
	}
	return kind + " " + track + name
}

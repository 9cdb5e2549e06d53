package sched

import (
	"reflect"
	"testing"

	"credence/core/fence"
	"credence/core/invariant"
	"credence/core/xatomic"
)

// TestRolesLieOnLinesOfTheirOwn holds the words of an entity that different
// roles write a cache line apart, wherever the entity starts.
func TestRolesLieOnLinesOfTheirOwn(t *testing.T) {
	e := reflect.TypeFor[Entity]()
	for _, pair := range [][2]string{{"context", "mark"}, {"inboxNext", "prod"}} {
		a, _ := e.FieldByName(pair[0])
		b, _ := e.FieldByName(pair[1])
		last := a.Offset + (a.Type.Size()-1)&^7 // the last word of a
		if b.Offset-last < xatomic.CacheLine {
			t.Errorf("%s and %s begin %d bytes apart, want %d", pair[0], pair[1],
				b.Offset-last, xatomic.CacheLine)
		}
	}
	// The queue keeps its own two ends apart, so the neighbours matter.
	for _, pair := range [][2]string{{"sched", "queue"}, {"queue", "head"}} {
		a, _ := e.FieldByName(pair[0])
		b, _ := e.FieldByName(pair[1])
		if a.Offset+a.Type.Size() != b.Offset {
			t.Errorf("%s does not stand next to %s", pair[0], pair[1])
		}
	}
}

// TestJobsLieOnFewLines holds a job to four cache lines, and what the way of a job
// without dependencies touches, under a flow that is one number, to the first two.
func TestJobsLieOnFewLines(t *testing.T) {
	j := reflect.TypeFor[Job]()
	if !invariant.Enabled && j.Size() != 4*xatomic.CacheLine {
		t.Errorf("a job takes %d bytes, want %d", j.Size(), 4*xatomic.CacheLine)
	}
	for _, name := range []string{"ID", "Owner", "state", "entity", "fences", "submit", "prev", "need", "cursor"} {
		if f, _ := j.FieldByName(name); !invariant.Enabled && f.Offset+f.Type.Size() > 2*xatomic.CacheLine {
			t.Errorf("%s ends at byte %d", name, f.Offset+f.Type.Size())
		}
	}
}

// TestIdleEntityIsSmall holds an entity of the default capacity to 1.25 KiB, as
// the allocator accounts it.
func TestIdleEntityIsSmall(t *testing.T) {
	s := &Scheduler{}
	s.contexts = new(fence.Contexts)
	got := testing.Benchmark(func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			e := new(Entity)
			if err := e.Init([]*Scheduler{s}, EntityConfig{}); err != nil {
				b.Fatal(err)
			}
			sink = e
		}
	}).AllocedBytesPerOp()
	if got > 1280 {
		t.Errorf("an idle entity takes %d bytes, want at most 1280", got)
	}
}

var sink *Entity

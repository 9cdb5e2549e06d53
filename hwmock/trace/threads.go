package trace

import (
	"io"

	"credence/core/fence"
)

// ThreadStep is one step of an execution that was played a step at a time.
type ThreadStep struct {
	// Thread is the number of the one that steps.
	Thread int
	// Name says what it does.
	Name string
	// Asleep has bit i set if thread i sleeps after the step.
	Asleep uint8
}

// threadStep is how long a step is shown.
const threadStep = fence.Microsecond

// WriteThreads writes an execution as a trace for Perfetto: a track a thread, a
// slice of a microsecond a step, and a slice for as long as a thread sleeps. Steps
// follow each other, since one thread runs at a time; what time they took is not
// known. name is of the group of tracks. The error is w's.
func WriteThreads(w io.Writer, name string, threads []string, steps []ThreadStep) error {
	p := newPackets(w)
	group := p.process(name)
	tracks := make([]track, len(threads))
	for i, n := range threads {
		tracks[i] = p.track(n, group)
	}
	var asleep uint8
	at := fence.Time(0)
	for _, s := range steps {
		for i := range tracks {
			if asleep&^s.Asleep>>i&1 != 0 && i != s.Thread {
				p.endSlice(&tracks[i], at)
				asleep &^= 1 << i
			}
		}
		t := &tracks[s.Thread]
		if asleep>>s.Thread&1 != 0 {
			p.endSlice(t, at)
			asleep &^= 1 << s.Thread
		}
		p.beginSlice(t, catRun, s.Name).emit(at)
		at = at.Add(threadStep)
		p.endSlice(t, at)
		for i := range tracks {
			if s.Asleep&^asleep>>i&1 != 0 {
				p.beginSlice(&tracks[i], catQueue, "sleeps").emit(at)
				asleep |= 1 << i
			}
		}
	}
	for i := range tracks {
		p.endSlice(&tracks[i], at)
	}
	return p.flush()
}

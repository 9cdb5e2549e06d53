package study

import (
	"slices"
	"testing"

	"credence/core/fence"
	"credence/core/sched"
)

// The head of a queue waits from when it is there, not from when it was pushed,
// and counts while it still waits. Jobs that fail are nobody's gain.
func TestWatch(t *testing.T) {
	w := &watch{}
	w.AddClient(0, "a")
	w.AddClient(1, "b")
	w.AddEntity(0, 0)
	w.AddEntity(1, 1)
	w.AddEntity(2, 1)
	for _, e := range []sched.Event{
		{At: 10, Entity: 0, Kind: sched.EventQueue},
		{At: 11, Entity: 0, Kind: sched.EventQueue},
		{At: 15, Entity: 0, Kind: sched.EventRun},
		{At: 20, Entity: 1, Kind: sched.EventQueue},
		{At: 22, Entity: 0, Kind: sched.EventRun}, // 7 behind the one before
		{At: 23, Entity: 1, Kind: sched.EventRun},
		{At: 24, Entity: 9, Kind: sched.EventWarn},
		{At: 25, Entity: 0, Kind: sched.EventDone},
		{At: 26, Entity: 0, Kind: sched.EventDone, Err: fence.EIO},
		{At: 27, Entity: 1, Kind: sched.EventDone},
		{At: 30, Entity: 2, Kind: sched.EventQueue},
	} {
		w.Observe(e)
	}
	if got := w.wait(35); got != 7 {
		t.Errorf("longest wait %d, want 7", got)
	}
	if got := w.wait(40); got != 10 {
		t.Errorf("longest wait %d with one that waits since 30, want 10", got)
	}
	if want := []uint64{1, 1}; !slices.Equal(w.jobs, want) {
		t.Errorf("jobs %d, want %d", w.jobs, want)
	}
}

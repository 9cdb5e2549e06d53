package main

import (
	"slices"
	"testing"

	"credence/core/fence"
	"credence/hwmock/des"
)

// TestEventEngines runs the loops that are measured.
func TestEventEngines(t *testing.T) {
	for _, r := range eventRows() {
		if wrong := r.build().a(20_000); wrong != 0 {
			t.Errorf("%s: %d of 20000 events fired too late", r.name(), wrong)
		}
	}
}

// recorder notes at which instants events fire.
type recorder struct {
	wheelHold
	heap  heapHold
	fired [2][]fence.Time
}

func (r *recorder) Fire(now fence.Time, e *des.Event) {
	r.fired[0] = append(r.fired[0], now)
	r.wheelHold.Fire(now, e)
}

func (r *recorder) fire(now fence.Time, e *heapEvent) {
	r.fired[1] = append(r.fired[1], now)
	r.heap.fire(now, e)
}

// TestEventEnginesAgree holds that both engines do the same work: the same
// events at the same instants.
func TestEventEnginesAgree(t *testing.T) {
	const pending, n = 50, 2000
	r := &recorder{wheelHold: wheelHold{engine: des.New()}}
	events := make([]des.Event, pending)
	for i := range events {
		events[i].Init(r)
		r.Fire(0, &events[i])
		r.fire(0, &heapEvent{handler: r})
	}
	for range n {
		r.engine.Step(fence.Never)
		e := r.heap.pop()
		e.handler.fire(e.at, e)
	}
	if !slices.Equal(r.fired[0], r.fired[1]) {
		t.Errorf("the wheel fires at %v…, the heap at %v…", r.fired[0][pending:pending+9],
			r.fired[1][pending:pending+9])
	}
	if last := r.fired[0][len(r.fired[0])-1]; last == 0 {
		t.Error("time stands still")
	}
}

// TestLateEventsAreSeen fires an event before the one before it.
func TestLateEventsAreSeen(t *testing.T) {
	w := &wheelHold{engine: des.New(), last: 9}
	e := new(des.Event)
	e.Init(w)
	w.Fire(8, e)
	h := &heapHold{last: 9}
	h.fire(8, &heapEvent{handler: h})
	if w.wrong != 1 || h.wrong != 1 {
		t.Errorf("%d and %d seen, want 1 each", w.wrong, h.wrong)
	}
}

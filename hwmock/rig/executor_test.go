package rig_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"credence/core/fence"
	"credence/core/sched"
	"credence/hwmock/des"
	"credence/hwmock/rig"
)

// TestItemsRunInTheOrderOfQueuing, whosever they are.
func TestItemsRunInTheOrderOfQueuing(t *testing.T) {
	b := newBench(t, 3, 0)
	b.push(1, costs{})
	b.push(0, costs{})
	b.push(0, costs{})
	b.push(2, costs{})
	b.want("0:run1 0:run0 0:run2 0:free1 0:free0 0:run0 0:free2 0:run1 0:free0 0:run2 0:run0")
	if n := b.x.WakeUps(); n != 3 {
		t.Errorf("%d wake-ups, want one a scheduler", n)
	}
}

// TestWorkBeforeTheClock: the list is empty before an event fires.
func TestWorkBeforeTheClock(t *testing.T) {
	b := newBench(t, 2, 0)
	b.at(0, func() { b.log = append(b.log, "event") })
	b.push(0, costs{})
	b.want("0:run0 0:free0 0:run0 event")
}

// TestBusyWorkerWaitsAlone: a worker that a callback keeps busy does its items
// afterwards, in order, and the others do not wait for it.
func TestBusyWorkerWaitsAlone(t *testing.T) {
	b := newBench(t, 2, 0)
	b.push(0, costs{run: 10})
	b.push(1, costs{free: 7})
	b.at(3, func() { b.push(0, costs{}) })
	b.at(4, func() { b.push(1, costs{}) }) // freeing keeps the worker until 7
	b.want("0:run0 0:run1 0:free1 7:run1 7:free1 7:run1 10:free0 10:run0 10:free0 10:run0")
}

// TestItemsOfABusyWorkerKeepTheirOrder: what was queued before the worker
// became busy goes before what another worker's item queues then.
func TestItemsOfABusyWorkerKeepTheirOrder(t *testing.T) {
	b := newBench(t, 2, 0)
	victim := b.entity(0)
	j := &sched.Job{Owner: costs{}}
	if err := j.Init(b.entities[1], sched.Need{Credits: 1}); err != nil {
		t.Fatal(err)
	}
	j.Arm()
	b.push(victim, costs{}, j.Finished().Get())
	b.entities[victim].Kill()
	b.want("0:run0 0:kill0") // the killed job waits for j
	b.push(0, costs{run: 10})
	j.Push()
	b.want("0:run0 0:run1 0:free1 0:run1 10:free0 10:kill0 10:run0")
}

// TestWakeUpLatency is paid by who finds the worker with nothing to do, and by
// nobody else.
func TestWakeUpLatency(t *testing.T) {
	b := newBench(t, 2, 37)
	b.push(0, costs{run: 5})
	b.at(10, func() { b.push(1, costs{}) })         // a worker of its own: at 47
	b.at(39, func() { b.push(0, costs{}) })         // busy until 42
	b.at(42, func() { b.push(0, costs{free: 50}) }) // the very end: asleep again
	b.at(50, func() { b.push(0, costs{}) })         // waking up
	b.at(100, func() { b.push(0, costs{}) })        // busy until 129
	b.want("37:run0 42:free0 42:run0 42:free0 42:run0 47:run1 47:free1 47:run1 " +
		"79:run0 79:free0 129:run0 129:free0 129:run0 129:free0 129:run0")
	if n := b.x.WakeUps(); n != 3 {
		t.Errorf("%d wake-ups, want 3", n)
	}

	// A worker is awake between two of its items.
	b = newBench(t, 1, 37)
	b.push(0, costs{})
	b.push(0, costs{})
	for len(b.log) == 0 {
		b.x.Step(fence.Never)
	}
	b.entities[0].Kill()
	b.want("37:run0 37:free0 37:run0 37:kill0")
	if n := b.x.WakeUps(); n != 1 {
		t.Errorf("%d wake-ups, want 1", n)
	}
}

// TestCancel takes items off the list, and off a worker that is busy or wakes.
func TestCancel(t *testing.T) {
	b := newBench(t, 3, 0)
	for i := range 3 {
		b.push(i, costs{})
	}
	b.scheds[1].Pause()
	b.want("0:run0 0:run2 0:free0 0:free2 0:run0 0:run2")
	b.scheds[1].Resume()
	b.scheds[2].Resume()
	b.scheds[2].Pause() // both items, the last of the list
	b.scheds[1].Pause()
	b.scheds[1].Resume()
	b.want("0:run1 0:free1 0:run1")
	b.scheds[2].Resume()
	b.want("0:run2 0:free2 0:run2")
	for item, w := range b.items {
		if b.x.Cancel(w) {
			t.Errorf("%s is cancelled but was not queued", item)
		}
	}
	// Three at the start; then each time that a worker was left with nothing.
	if n := b.x.WakeUps(); n != 3+4 {
		t.Errorf("%d wake-ups, want 7", n)
	}

	b = newBench(t, 1, 37)
	b.push(0, costs{})
	b.at(5, b.scheds[0].Pause)
	b.at(6, b.scheds[0].Resume) // behind the rest of the same wake-up
	b.want("37:run0 37:free0 37:run0")

	b = newBench(t, 1, 0)
	b.push(0, costs{run: 10})
	b.at(5, b.scheds[0].Pause)
	b.at(20, b.scheds[0].Resume)
	b.want("0:run0 20:run0 20:free0 20:run0")
}

// TestTimer kicks an item at its time, of the last setting alone.
func TestTimer(t *testing.T) {
	b := newBench(t, 2, 0)
	b.push(0, costs{})
	b.push(1, costs{})
	b.want("0:run0 0:run1 0:free0 0:free1 0:run0 0:run1")
	w, v := b.items["run0"], b.items["free1"]
	b.x.SetTimer(w, 100)
	b.x.SetTimer(v, 50)
	b.at(40, func() { b.x.SetTimer(w, 60) })
	b.want("50:free1 50:run1 60:run0")
	b.x.SetTimer(w, 70)
	b.x.SetTimer(v, 80)
	b.x.SetTimer(w, fence.Never)
	b.x.SetTimer(w, fence.Never)
	b.want("80:free1 80:run1")
	b.x.SetTimer(w, 90)
	b.x.Queue(v) // at 80, with a timer of the other worker pending
	b.want("80:free1 80:run1 90:run0")
}

// TestTimersGoBehindHardwareAndBeforeClients in one instant.
func TestTimersGoBehindHardwareAndBeforeClients(t *testing.T) {
	b := newBench(t, 1, 0)
	b.push(0, costs{})
	b.want("0:run0 0:free0 0:run0")
	note := func(s string) func() { return func() { b.log = append(b.log, s) } }
	hardware := &call{f: note("hardware")}
	hardware.Init(hardware)
	b.at(10, note("client"))
	b.x.SetTimer(b.items["run0"], 10)
	b.events.Schedule(&hardware.Event, 10, des.ClassHardware, 9)
	for b.x.Step(fence.Never) {
	}
	if want := []string{"hardware", "10:run0", "client"}; !slices.Equal(b.log, want) {
		t.Errorf("order is %q, want %q", b.log, want)
	}
}

// TestSelfFeedingSchedulerIsStopped: work without end in one instant is an
// error, not a hang. Each event starts the count anew.
func TestSelfFeedingSchedulerIsStopped(t *testing.T) {
	if race {
		t.Skip("millions of work items on one goroutine; without -race it takes a second")
	}
	b := &bench{t: t, events: des.New()}
	var end uint64
	b.with(1, rig.NewExecutor(b.events, 0, func(w *sched.Work) {
		if b.x.Items() < end {
			w.Kick()
		}
	}))
	feed := func(items uint64) {
		end = b.x.Items() + items
		b.push(0, costs{})
	}
	const half = rig.MaxItemsPerInstant / 2
	feed(half + half/2)
	b.at(10, func() { feed(10 * half) })
	defer func() {
		want := fmt.Sprintf("rig: %d work items at 10 ns, the last one ", rig.MaxItemsPerInstant+1)
		if got := fmt.Sprint(recover()); !strings.HasPrefix(got, want) ||
			!strings.HasSuffix(got, " of sched 0: it feeds itself") {
			t.Errorf("it panics with %q, want %q", got, want)
		}
		if n := b.x.Items(); n < half+half/2+rig.MaxItemsPerInstant || n > 4*half {
			t.Errorf("%d items ran", n)
		}
	}()
	for b.x.Step(1000) {
	}
	t.Error("it comes to an end")
}

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

// bench is an executor with schedulers whose jobs are done as soon as they run.
type bench struct {
	t        *testing.T
	events   *des.Engine
	x        *rig.Executor
	contexts fence.Contexts
	scheds   []*sched.Scheduler
	entities []*sched.Entity
	items    map[string]*sched.Work // by name, as they were seen
	log      []string
	seen     uint64
	onFree   func(*sched.Job)
}

// newBench returns a bench with n schedulers, each with an entity of its number.
func newBench(t *testing.T, n int, wakeUp fence.Duration) *bench {
	b := &bench{t: t, events: des.New(), items: map[string]*sched.Work{}}
	return b.with(n, rig.NewExecutor(b.events, wakeUp, b.after))
}

// with gives the bench an executor, and that n schedulers.
func (b *bench) with(n int, x *rig.Executor) *bench {
	t := b.t
	b.x = x
	for i := range n {
		b.x.AddWorker()
		a, err := sched.Flow{Kind: sched.FlowCount, Limit: 99}.Admission([sched.NumLanes]uint32{})
		if err != nil {
			t.Fatal(err)
		}
		s, err := sched.New(sched.Config{
			ID: uint32(i), Backend: b, Executor: b.x, Admission: a, Contexts: &b.contexts,
		})
		if err != nil {
			t.Fatal(err)
		}
		b.scheds = append(b.scheds, s)
		b.entity(i)
	}
	return b
}

// entity adds an entity to a scheduler and returns its number.
func (b *bench) entity(scheduler int) int {
	e := &sched.Entity{}
	err := e.Init(b.scheds[scheduler:scheduler+1], sched.EntityConfig{ID: uint32(len(b.entities))})
	if err != nil {
		b.t.Fatal(err)
	}
	b.entities = append(b.entities, e)
	return len(b.entities) - 1
}

// costs is what running and freeing a job takes.
type costs struct{ run, free fence.Duration }

// RunJob finishes the job.
func (b *bench) RunJob(j *sched.Job) (*fence.Fence, fence.Errno, fence.Duration) {
	return nil, fence.OK, j.Owner.(costs).run
}

// FreeJob ends it.
func (b *bench) FreeJob(j *sched.Job) fence.Duration {
	c := j.Owner.(costs)
	j.Cleanup()
	if b.onFree != nil {
		b.onFree(j)
	}
	return c.free
}

func name(w *sched.Work) string { return fmt.Sprintf("%s%d", w.Item(), w.Scheduler().ID()) }

// after notes an item when it has run.
func (b *bench) after(w *sched.Work) {
	b.items[name(w)] = w
	b.seen++
	b.log = append(b.log, fmt.Sprintf("%d:%s", b.events.Now(), name(w)))
}

// push pushes a job to an entity.
func (b *bench) push(entity int, c costs, deps ...*fence.Fence) *sched.Job {
	j := &sched.Job{Owner: c}
	b.again(j, entity, deps...)
	return j
}

func (b *bench) again(j *sched.Job, entity int, deps ...*fence.Fence) {
	if err := j.Init(b.entities[entity], sched.Need{Credits: 1}); err != nil {
		b.t.Fatal(err)
	}
	for _, f := range deps {
		j.AddDependency(f)
	}
	j.Arm()
	j.Push()
}

// call is an event of a client that calls a function.
type call struct {
	des.Event
	f func()
}

func (c *call) Fire(fence.Time, *des.Event) { c.f() }

// at has f called at an instant.
func (b *bench) at(at fence.Time, f func()) {
	c := &call{f: f}
	c.Init(c)
	b.events.Schedule(&c.Event, at, des.ClassClient, 0)
}

// want runs everything and compares which items ran, and when.
func (b *bench) want(items string) {
	b.t.Helper()
	for b.x.Step(fence.Never) {
	}
	if got := strings.Join(b.log, " "); got != items {
		b.t.Errorf("items are\n%s, want\n%s", got, items)
	}
	if n := b.x.Items(); n != b.seen {
		b.t.Errorf("%d items counted, %d seen", n, b.seen)
	}
	b.log = nil
}

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
	b.with(1, rig.NewExecutor(b.events, 0, nil))
	feed := func(items uint64) {
		end := b.x.Items() + items
		b.onFree = func(j *sched.Job) {
			if b.x.Items() < end {
				b.again(j, 0)
			}
		}
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

// TestWait looks before anything else, then after each step that called Wake,
// and at the deadline.
func TestWait(t *testing.T) {
	b := newBench(t, 1, 0)
	s := b.scheds[0]
	looks := 0
	look := func(yes func() bool) func() bool {
		looks = 0
		return func() bool { looks++; return yes() }
	}
	never := func() bool { return false }

	b.at(10, func() { t.Error("it does not look first") })
	always := func() bool { return true }
	if !b.x.Wait(s, look(always), fence.Never) || looks != 1 || b.x.Now() != 0 {
		t.Errorf("done at once: %d looks, now %d", looks, b.x.Now())
	}
	b = newBench(t, 1, 0)
	s = b.scheds[0]
	flag := false
	for at := range fence.Time(10) {
		b.at(10*at, func() { flag = at >= 4 })
	}
	b.at(55, func() { b.x.Wake(s) })
	set := func() bool { return flag }
	if !b.x.Wait(s, look(set), fence.Never) || looks != 2 || b.x.Now() != 55 {
		t.Errorf("woken at 55: %d looks, now %d", looks, b.x.Now())
	}
	if b.x.Wait(s, look(never), 75) || looks != 2 || b.x.Now() != 75 {
		t.Errorf("deadline of 75: %d looks, now %d", looks, b.x.Now())
	}
	if b.x.Wait(s, look(never), 75) || b.x.Now() != 75 {
		t.Errorf("deadline now: now %d", b.x.Now())
	}
	if b.x.Wait(s, look(never), 3) || b.x.Now() != 75 {
		t.Errorf("deadline in the past: now %d", b.x.Now())
	}
	flag = false
	if !b.x.Wait(s, look(func() bool { return b.x.Now() == 85 }), 85) || looks != 2 {
		t.Errorf("true at the deadline: %d looks, now %d", looks, b.x.Now())
	}
	// Nothing will ever happen: it says so rather than hang.
	if b.x.Wait(s, look(never), fence.Never) || b.x.Now() != 90 || b.events.Len() != 0 {
		t.Errorf("no deadline: now %d, %d events", b.x.Now(), b.events.Len())
	}
}

// TestFlushWaitsForTheQueue uses Wait and Wake as the scheduler does.
func TestFlushWaitsForTheQueue(t *testing.T) {
	b := newBench(t, 1, 0)
	for range 3 {
		b.push(0, costs{run: 10})
	}
	left := b.entities[0].Flush(100, sched.Exit{Exiting: true})
	if left != 1000 || b.x.Now() != 20 {
		// At least a microsecond is left, by the contract.
		t.Errorf("%d ns are left at %d, want 1000 at 20: the third job runs then", left, b.x.Now())
	}
	for range 3 {
		b.push(0, costs{run: 1000})
	}
	left = b.entities[0].Flush(1500, sched.Exit{Exiting: true})
	if left != 0 || b.x.Now() != 1520 {
		t.Errorf("%d ns are left at %d, want 0 at 1520", left, b.x.Now())
	}
}

package target

import (
	"errors"
	"fmt"
	"strings"

	"credence/core/credit"
	"credence/core/fence"
	"credence/core/invariant"
	"credence/core/sched"
	"credence/core/spsc"
)

// Misuse does what callers must not do, and holds that it is refused as it says:
// with an error, or a panic that names the package. Each two bytes are one
// misuse and how far beyond what is permitted it goes.
func Misuse(data []byte) (interesting bool, f *Finding) {
	return guard("misuse", func() bool {
		partOps(data, byte(len(misuses)), func(kind, arg byte) { misuses[kind](arg) })
		return len(data) > 1
	})
}

// misused is the least that a scheduler needs.
type misused struct {
	s    *sched.Scheduler
	e    *sched.Entity
	work []*sched.Work
}

func (*misused) Now() fence.Time                  { return 0 }
func (m *misused) Queue(w *sched.Work)            { m.work = append(m.work, w) }
func (*misused) Cancel(*sched.Work) bool          { return false }
func (*misused) SetTimer(*sched.Work, sched.Time) {}
func (*misused) Wake(*sched.Scheduler)            {}

func (*misused) Wait(_ *sched.Scheduler, done func() bool, _ sched.Time) bool { return done() }

// RunJob says that the job is done.
func (*misused) RunJob(*sched.Job) (*fence.Fence, fence.Errno, sched.Duration) {
	return nil, fence.OK, 0
}

// FreeJob leaves the job to whoever looks.
func (*misused) FreeJob(*sched.Job) sched.Duration { return 0 }

func (m *misused) drain() {
	for len(m.work) > 0 {
		w := m.work[0]
		m.work = m.work[1:]
		w.Run()
	}
}

func (m *misused) config() sched.Config {
	a, err := sched.Flow{Kind: sched.FlowCredits, Limit: 2}.Admission([sched.NumLanes]uint32{})
	if err != nil {
		panic(err)
	}
	return sched.Config{Backend: m, Executor: m, Admission: a}
}

func newMisused() *misused {
	m := &misused{}
	var err error
	if m.s, err = sched.New(m.config()); err != nil {
		panic(err)
	}
	m.e = new(sched.Entity)
	if err := m.e.Init([]*sched.Scheduler{m.s}, sched.EntityConfig{Priority: sched.Low}); err != nil {
		panic(err)
	}
	return m
}

func (m *misused) job() *sched.Job {
	j := new(sched.Job)
	if err := j.Init(m.e, sched.Need{Credits: 1}); err != nil {
		breaks(invariant.I8, "Init of a job: %v", err)
	}
	return j
}

// refuses breaks a rule unless f panics with a word of the package, or a broken
// invariant.
func refuses(pkg, what string, f func()) {
	defer func() {
		r := recover()
		if v, ok := r.(*invariant.Violation); ok && v != nil {
			return
		}
		if text := fmt.Sprint(r); r == nil || !strings.HasPrefix(text, pkg+": ") {
			breaks(invariant.I5, "%s is accepted, or fails with: %v", what, r)
		}
	}()
	f()
}

func wants(what string, err, want error) {
	if !errors.Is(err, want) {
		breaks(invariant.I1, "%s: %v; want %v", what, err, want)
	}
}

func errs(what string, err error) {
	if err == nil {
		breaks(invariant.I1, "%s is accepted", what)
	}
}

var misuses = []func(arg byte){
	misuseConfig, misuseEntity, misuseJob, misuseOrder, misusePush, misuseQueue, misuseFence,
	misuseCallback, misuseCounter, misuseLanes, misuseResv,
}

func misuseConfig(arg byte) {
	m := &misused{}
	c := m.config()
	switch arg % 6 {
	case 0:
		c.Backend = nil
	case 1:
		c.Executor = nil
	case 2:
		c.Admission = nil
	case 3:
		c.Policy = sched.RR + 1 + sched.Policy(arg/6%4)
	case 4:
		c.Timeout = -1 - fence.Duration(arg)
	case 5:
		c.Timeout = fence.Second // and no TimedOutJob
	}
	_, err := sched.New(c)
	errs("a scheduler without something", err)
}

func misuseEntity(arg byte) {
	m := newMisused()
	list, c := []*sched.Scheduler{m.s}, sched.EntityConfig{Priority: sched.Low}
	switch arg % 5 {
	case 0:
		list = nil
	case 1:
		list[0] = nil
	case 2:
		c.Priority = sched.NumPriorities + sched.Priority(arg/5%4)
	case 3:
		c.Capacity = -1 - int(arg)
	case 4:
		c.Capacity = sched.MaxCapacity + 1 + int(arg)
	}
	errs("an entity out of range", new(sched.Entity).Init(list, c))
	m.e.SetPriority(sched.NumPriorities + sched.Priority(arg%8))
	expect(invariant.I1, "a priority that was out of range", m.e.Priority(), sched.NumPriorities-1)
	refuses("sched", "ModifySchedulers to none", func() { m.e.ModifySchedulers(nil) })
}

func misuseJob(byte) {
	m := newMisused()
	j := new(sched.Job)
	wants("a job that costs nothing", j.Init(m.e, sched.Need{}), sched.ErrNoCredits)
	for range sched.DefaultCapacity {
		m.job()
	}
	// An eighth more may fit.
	var err error
	for n := 0; n <= sched.DefaultCapacity/8 && err == nil; n++ {
		err = new(sched.Job).Init(m.e, sched.Need{Credits: 1})
	}
	wants("a job too many", err, sched.ErrQueueFull)
	refuses("sched", "AddDependency to a new job", func() { j.AddDependency(nil) })
	refuses("sched", "Cleanup of a new job", j.Cleanup)
	l, err := sched.Flow{Kind: sched.FlowLanes}.Admission([sched.NumLanes]uint32{1, 1, 1, 1, 1, 1})
	if err != nil {
		panic(err)
	}
	c := m.config()
	c.Admission = l
	s, err := sched.New(c)
	if err != nil {
		panic(err)
	}
	var e sched.Entity
	if err := e.Init([]*sched.Scheduler{s}, sched.EntityConfig{}); err != nil {
		panic(err)
	}
	v, _ := credit.Pack(2)
	wants("a job beyond a lane", j.Init(&e, sched.Need{Credits: 1, Lanes: v}), credit.ErrCost)
	wants("a job in no lane", j.Init(&e, sched.Need{Credits: 1}), credit.ErrZeroCost)
	s.Fini()
}

// misuseOrder calls what belongs to another moment of a job's life.
func misuseOrder(arg byte) {
	m := newMisused()
	j := m.job()
	refuses("sched", "a second Init", func() { j.Init(m.e, sched.Need{Credits: 1}) })
	refuses("sched", "Push without Arm", j.Push)
	j.Arm()
	refuses("sched", "a second Arm", j.Arm)
	refuses("sched", "Cleanup between Arm and Push", j.Cleanup)
	refuses("sched", "AddDependency after Arm", func() { j.AddDependency(nil) })
	j.Push()
	refuses("sched", "a second Push", j.Push)
	refuses("sched", "Cleanup of a job that has not finished", j.Cleanup)
	m.drain()
	j.Cleanup()
	if err := j.Init(m.e, sched.Need{Credits: 1 + uint32(arg)%2}); err != nil {
		breaks(invariant.I8, "Init after Cleanup: %v", err)
	}
	j.Cleanup()
}

// misusePush pushes to who has no scheduler left.
func misusePush(byte) {
	m := newMisused()
	m.e.ModifySchedulers([]*sched.Scheduler{m.s})
	j := m.job()
	m.s.Fini()
	refuses("sched", "Arm without a scheduler", j.Arm)
	wants("a job without a scheduler", new(sched.Job).Init(m.e, sched.Need{Credits: 1}),
		sched.ErrNoScheduler)
}

func misuseQueue(arg byte) {
	q := spsc.New[int](1 + int(arg))
	refuses("spsc", "Push without a reservation", func() { q.Push(1) })
	refuses("spsc", "Unreserve without a reservation", q.Unreserve)
	refuses("spsc", "Advance without an item", func() { q.Advance() })
	refuses("spsc", "a capacity of 0", func() { q.Init(-int(arg)) })
	refuses("spsc", "a capacity above the largest", func() { q.Init(spsc.MaxCapacity + 1 + int(arg)) })
	for range arg % 5 {
		q.TryPush(1)
	}
	q.Init(1 + int(arg)%7)
	expect(invariant.I8, "items after Init", q.Len(), 0)
	expect(invariant.I8, "Cap after Init", q.Cap(), 1+int(arg)%7)
}

func misuseFence(arg byte) {
	var f fence.Single
	f.Init(1, 1, nil)
	f.Get()
	f.SignalError(fence.Errno(arg))
	refuses("fence", "SetError after the signal", func() { f.SetError(fence.OK) })
	expect(invariant.I9, "the error of a fence that was signalled", f.Err(), fence.Errno(arg))
	f.Put()
	f.Put()
	refuses("fence", "Put without a reference", f.Put)
	var p fence.Pair
	refuses("fence", "a pair without references", func() { p.Init(1, 1, nil, -int(arg)) })
	refuses("fence", "too many references", func() { p.Init(1, 1, nil, fence.MaxRefs+1+int(arg)) })
	var g fence.Single
	g.Init(1, 1, nil)
	var cb fence.Callback
	cb.Init(ignoring{})
	if g.Arm(&cb) != fence.Armed {
		breaks(invariant.I3, "a callback cannot be armed")
	}
	refuses("fence", "Init of a watched fence", func() { g.Init(1, 2, nil) })
}

type ignoring struct{}

func (ignoring) FenceSignaled(*fence.Fence, *fence.Callback) {}

func misuseCallback(byte) {
	var f fence.Single
	f.Init(1, 1, nil)
	var cb fence.Callback
	cb.Init(ignoring{})
	refuses("fence", "Done outside a run", cb.Done)
	f.Arm(&cb)
	refuses("fence", "a second Arm", func() { f.Arm(&cb) })
	refuses("fence", "Init of an armed callback", func() { cb.Init(ignoring{}) })
	expect(invariant.I3, "Disarm", cb.Disarm(), true)
	expect(invariant.I3, "a second Disarm", cb.Disarm(), false)
}

// misuseCounter returns more than was taken, which the next look finds.
func misuseCounter(arg byte) {
	var c credit.Counter
	wants("a limit of 0", c.Init(0), credit.ErrZeroLimit)
	limit := 1 + uint32(arg)
	if err := c.Init(limit); err != nil {
		panic(err)
	}
	refuses("credit", "Fits of nothing", func() { c.Fits(0) })
	refuses("credit", "Fits beyond the limit", func() { c.Fits(limit + 1) })
	refuses("credit", "TryTake beyond the limit", func() { c.TryTake(limit + 1 + uint32(arg)) })
	refuses("credit", "Take beyond what is free", func() { c.Take(limit + 1) })
	c.TryTake(limit)
	refuses("credit", "Take of what is taken", func() { c.Take(1) })
	c.Return(limit)
	refuses("credit", "a return too many", func() {
		c.Return(1 + uint32(arg)%limit)
		c.InFlight()
	})
}

// misuseLanes returns more than was taken of one lane, up to 63 times its limit:
// the next look finds it, and names no other lane.
func misuseLanes(arg byte) {
	var l credit.Lanes
	wants("no lane", l.Init(), credit.ErrLanes)
	wants("a limit of 0", l.Init(1, 0), credit.ErrZeroLimit)
	wants("a limit above the largest", l.Init(credit.MaxLane+1), credit.ErrLimit)
	if err := l.Init(credit.MaxLane, credit.MaxLane, credit.MaxLane, 5, 5, 5); err != nil {
		panic(err)
	}
	lanes := make([]uint32, 1+arg%credit.MaxLanes)
	lanes[len(lanes)-1] = credit.MaxLane
	v, err := credit.Pack(lanes...)
	if err != nil {
		panic(err)
	}
	refuses("credit", "Take of nothing", func() { l.Take(credit.Vec{}) })
	refuses("credit", "Fits of nothing", func() { l.Fits(credit.Vec{}) })
	refuses("credit", "a return too many", func() {
		for range 1 + arg/6%40 {
			l.Return(v)
		}
		l.InFlight()
	})
}

func misuseResv(byte) {
	var r sched.Resv
	var f fence.Single
	f.Init(1, 1, nil)
	refuses("sched", "Each without the lock", func() { r.Signaled(sched.UsageRead) })
	refuses("sched", "Unlock without the lock", r.Unlock)
	r.Lock(nil)
	refuses("sched", "Add without room", func() { r.Add(&f.Fence, sched.UsageRead) })
	r.Reserve(1, nil)
	refuses("sched", "an unknown usage", func() { r.Add(&f.Fence, sched.UsageBookkeep+1) })
	r.Unlock()
}

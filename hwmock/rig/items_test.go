package rig_test

import (
	"fmt"
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
			Compat: sched.Compat{Upstream: sched.RunBlindly}, // so that there are items
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

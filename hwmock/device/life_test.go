package device_test

import (
	"slices"
	"testing"

	"credence/core/fence"
	"credence/core/sched"
	"credence/hwmock/des"
	"credence/hwmock/device"
	"credence/hwmock/profile"
)

// stack is a device with a scheduler and an entity above it.
type stack struct {
	t      testing.TB
	events *des.Engine
	work   []*sched.Work
	dev    *device.Device
	queue  *device.UserQueue
	sched  *sched.Scheduler
	entity sched.Entity
	freed  []*device.Job
	ends   []sched.Event // EventDone
}

func newStack(t testing.TB, p *profile.Profile) *stack {
	s := &stack{t: t, events: des.New()}
	contexts := new(fence.Contexts)
	s.dev = device.New(device.Config{
		Events: s.events, Profile: p, Contexts: contexts,
		Freed: func(j *device.Job) { s.freed = append(s.freed, j) },
	})
	s.queue = s.dev.NewQueue()
	a, err := sched.Flow{Kind: sched.FlowCount, Limit: 1000}.Admission([sched.NumLanes]uint32{})
	if err != nil {
		t.Fatal(err)
	}
	s.sched, err = sched.New(sched.Config{
		Backend: s.dev, Executor: s, Admission: a, Observer: s, Contexts: contexts,
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.entity.Init([]*sched.Scheduler{s.sched}, sched.EntityConfig{}); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *stack) Now() fence.Time                  { return s.events.Now() }
func (s *stack) Queue(w *sched.Work)              { s.work = append(s.work, w) }
func (s *stack) SetTimer(*sched.Work, fence.Time) {}
func (s *stack) Wake(*sched.Scheduler)            {}

// Nothing is cancelled or waited for here.
func (s *stack) Cancel(*sched.Work) bool { panic("Cancel") }

func (s *stack) Wait(*sched.Scheduler, func() bool, fence.Time) bool { panic("Wait") }

// Observe notes how jobs end.
func (s *stack) Observe(e sched.Event) {
	if e.Kind == sched.EventDone {
		s.ends = append(s.ends, e)
	}
}

// items runs the work items.
func (s *stack) items() {
	for i := 0; i < len(s.work); i++ {
		s.work[i].Run()
	}
	s.work = s.work[:0]
}

// settle runs everything.
func (s *stack) settle() {
	for s.items(); s.events.Step(fence.Never); s.items() {
	}
}

// push submits j, which has its commands.
func (s *stack) push(j *device.Job) {
	j.Owner, j.Queue = j, s.queue
	need, err := j.Need()
	if err == nil {
		err = j.Init(&s.entity, need)
	}
	if err != nil {
		s.t.Fatal(err)
	}
	j.Arm()
	j.Push()
}

func (s *stack) job(id uint64, c ...device.Command) *device.Job {
	j := &device.Job{Commands: c}
	j.ID = id
	s.push(j)
	return j
}

// wantFreed checks which jobs were freed so far.
func (s *stack) wantFreed(what string, jobs ...*device.Job) {
	s.t.Helper()
	if !slices.Equal(s.freed, jobs) {
		s.t.Errorf("%s: %d jobs are freed, want %d of them", what, len(s.freed), len(jobs))
	}
}

// TestFreedWhenTheLastHoldIsGone: of the scheduler's and the hardware fence's,
// whichever is the longer.
func TestFreedWhenTheLastHoldIsGone(t *testing.T) {
	s := newStack(t, testProfile())
	a := s.job(1, work(device.Compute, only(ccs), 10))
	b := s.job(2, work(device.Compute, only(ccs), 10))
	s.job(3, work(device.Compute, only(ccs), 10))
	s.items()
	hold := a.Hardware().Get()
	s.settle()
	if len(s.ends) != 3 || !hold.Signaled() {
		t.Fatalf("%d jobs ended, fence signalled %t", len(s.ends), hold.Signaled())
	}
	if slices.Contains(s.freed, a) || !slices.Contains(s.freed, b) {
		t.Error("a is freed while somebody holds its hardware fence, or b is not")
	}
	hold.Put()
	s.entity.Fini()
	if !slices.Contains(s.freed, a) || len(s.freed) != 3 {
		t.Errorf("%d jobs are freed when nobody does, a %t", len(s.freed), slices.Contains(s.freed, a))
	}
}

// TestFreedAfterTheScheduler: the hardware fence signals, and loses its holders,
// before the scheduler comes to free the job.
func TestFreedAfterTheScheduler(t *testing.T) {
	s := newStack(t, testProfile())
	j := s.job(1, work(device.Compute, only(ccs), 10))
	s.job(2, work(device.Compute, only(ccs), 500_000))
	s.items()
	hold := j.Hardware().Get()
	for !hold.Signaled() {
		s.events.Step(fence.Never)
	}
	hold.Put()
	s.wantFreed("before the scheduler lets go")
	s.items()
	s.wantFreed("when it does", j)
}

// TestRefusedJobIsFreed, once, with the error.
func TestRefusedJobIsFreed(t *testing.T) {
	p := testProfile()
	p.Ring = 8
	s := newStack(t, p)
	list := make([]device.Command, 6)
	list[5] = work(device.Vertex, only(vtx), 1)
	s.job(1, slices.Clone(list)...)
	j := s.job(2, list...) // its flow control counts jobs, not entries
	s.items()
	if len(s.ends) != 1 || s.ends[0].Err != device.EBUSY || s.queue.RingFull() != 1 {
		t.Errorf("it ends as %v, %d refusals", s.ends, s.queue.RingFull())
	}
	s.settle()
	if len(s.freed) != 2 || s.freed[1] != j {
		t.Errorf("%d jobs are freed, itself second %t", len(s.freed), slices.Contains(s.freed, j))
	}
}

// TestKilledJobIsFreed although the device never saw it.
func TestKilledJobIsFreed(t *testing.T) {
	s := newStack(t, testProfile())
	a := s.job(1, work(device.Compute, only(ccs), 10))
	b := s.job(2, work(device.Compute, only(ccs), 10))
	s.entity.Kill()
	s.settle()
	if len(s.ends) != 2 || s.ends[0].Err != fence.ESRCH || s.ends[1].Err != fence.ESRCH {
		t.Fatalf("killed jobs end as %v", s.ends)
	}
	s.wantFreed("killed", a, b)
	s.entity.Fini()
}

// TestJobsHaveManyLives gives the memory of two jobs to one submission after the
// other: runs and refusals, each starting from nothing.
func TestJobsHaveManyLives(t *testing.T) {
	p := testProfile()
	p.Ring = 8
	s := newStack(t, p)
	lives := map[*device.Job]uint64{}
	s.freed = []*device.Job{{}, {}}
	for n := range 60 {
		j := s.freed[0]
		s.freed = s.freed[1:]
		if n > 1 {
			j.Recycle()
			lives[j]++
		}
		if j.Gen() != lives[j] || len(j.Commands) != 0 || n > 1 && j.Queue != nil {
			t.Fatalf("life %d starts as generation %d, %d commands, queue %v", lives[j], j.Gen(),
				len(j.Commands), j.Queue)
		}
		j.ID = uint64(n)
		barriers, want := n%2, fence.OK
		if n%3 == 0 {
			s.dev.Inject(device.ChannelError, s.queue)
			want = fence.EIO
		}
		for range barriers {
			j.Commands = append(j.Commands, own(device.Compute, device.Vertex))
		}
		j.Commands = append(j.Commands, work(device.Compute, only(ccs), 10))
		if n%4 == 0 {
			j.Commands = append(j.Commands, work(device.Vertex, only(vtx), 10))
		}
		s.push(j)
		s.settle()
		if len(s.freed) == 0 || len(s.ends) != 1 || s.ends[0].Err != want {
			t.Fatalf("life %d: %d jobs free, ends %v, want %v", n, len(s.freed), s.ends, want)
		}
		s.ends = s.ends[:0]
	}
}

// TestSteadyStateAllocatesNothing runs jobs of several commands with barriers
// from their init to freed.
func TestSteadyStateAllocatesNothing(t *testing.T) {
	s := newStack(t, testProfile())
	pool := make([]*device.Job, 0, 40)
	for range cap(pool) {
		pool = append(pool, &device.Job{})
	}
	ended := 0
	round := func() {
		var last *device.Job
		for range 30 {
			j := pool[len(pool)-1]
			pool = pool[:len(pool)-1]
			if last != nil {
				j.Commands = append(j.Commands, device.Command{
					Kind: device.Vertex, AfterKind: device.Fragment,
					After: last, AfterGen: last.Gen(),
				})
			}
			j.Commands = append(j.Commands, render(700, 900)...)
			j.Commands = append(j.Commands, work(device.Compute, bothVCS, 500))
			s.push(j)
			last = j
		}
		s.settle()
		for _, j := range s.freed {
			j.Recycle()
			pool = append(pool, j)
		}
		ended += len(s.ends)
		s.freed, s.ends = s.freed[:0], s.ends[:0]
	}
	for range 20 {
		round()
	}
	entries := s.dev.MadeEntries()
	if n := testing.AllocsPerRun(50, round); n != 0 {
		t.Errorf("%v allocations in a round of 30 jobs", n)
	}
	// The entity may hold on to the last job.
	if n := s.dev.MadeEntries(); ended != 30*71 || len(pool) < cap(pool)-1 || n != entries {
		t.Errorf("%d jobs ended, %d of %d are in the pool, %d entries of %d", ended, len(pool),
			cap(pool), s.dev.MadeEntries(), entries)
	}
}

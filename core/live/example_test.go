package live_test

import (
	"fmt"

	"credence/core/fence"
	"credence/core/live"
	"credence/core/sched"
)

// printer is a Backend of one's own: hardware that prints. It completes a job
// on a goroutine, as an interrupt handler would.
type printer struct {
	contexts *fence.Contexts
	context  fence.Context
	seqno    uint64
	lines    chan string
}

// page is a submission: the scheduler's job, its hardware fence, and its data.
type page struct {
	sched.Job
	hw   fence.Single
	text string
}

func (p *printer) RunJob(j *sched.Job) (*fence.Fence, fence.Errno, sched.Duration) {
	pg := j.Owner.(*page)
	p.seqno++
	pg.hw.Init(p.context, p.seqno, nil)
	hw := pg.hw.Get() // the scheduler's reference; the first one is ours
	go func() {
		p.lines <- pg.text
		pg.hw.SignalPut(fence.OK)
	}()
	return hw, fence.OK, 0
}

func (p *printer) FreeJob(j *sched.Job) sched.Duration {
	j.Cleanup()
	return 0
}

// Example drives a scheduler with a Backend of one's own: three pages from one
// entity print in order, since one credit lets one of them run at a time.
func Example() {
	p := &printer{contexts: new(fence.Contexts), lines: make(chan string, 3)}
	p.context = p.contexts.Next(1)
	flow, _ := sched.ParseFlow("count:1")
	admission, _ := flow.Admission([sched.NumLanes]uint32{})

	w := live.Start()
	s, err := sched.New(sched.Config{
		Backend: p, Executor: w, Admission: admission, Contexts: p.contexts,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	var e sched.Entity
	if err := e.Init([]*sched.Scheduler{s}, sched.EntityConfig{Priority: sched.Normal}); err != nil {
		fmt.Println(err)
		return
	}
	var last *fence.Fence
	for i, text := range []string{"one", "two", "three"} {
		pg := &page{text: text}
		pg.ID, pg.Owner = uint64(i), pg
		if err := pg.Init(&e, sched.Need{Credits: 1}); err != nil {
			fmt.Println(err) // sched.ErrQueueFull: wait until one runs
			return
		}
		pg.Arm()
		if i == 2 {
			last = pg.Finished().Get()
		}
		pg.Push()
	}
	live.WaitFence(last, -1)
	last.Put()
	close(p.lines)
	for l := range p.lines {
		fmt.Println(l)
	}
	e.Fini()
	s.Fini()
	w.Close()
	// Output:
	// one
	// two
	// three
}

// ExampleWaitFence waits for a job that depends on an external fence.
func ExampleWaitFence() {
	p := &printer{contexts: new(fence.Contexts), lines: make(chan string, 1)}
	p.context = p.contexts.Next(1)
	flow, _ := sched.ParseFlow("count:8")
	admission, _ := flow.Admission([sched.NumLanes]uint32{})
	w := live.Start()
	s, _ := sched.New(sched.Config{
		Backend: p, Executor: w, Admission: admission, Contexts: p.contexts,
	})
	var e sched.Entity
	_ = e.Init([]*sched.Scheduler{s}, sched.EntityConfig{Priority: sched.Normal})

	var ready fence.Single // say, of another device
	ready.Init(p.contexts.Next(1), 1, nil)

	pg := &page{text: "printed"}
	pg.Owner = pg
	_ = pg.Init(&e, sched.Need{Credits: 1})
	pg.AddDependency(ready.Get())
	pg.Arm()
	done := pg.Finished().Get()
	pg.Push()

	fmt.Println("before:", live.WaitFence(done, 0))
	ready.Signal()
	ready.Put()
	fmt.Println("after:", live.WaitFence(done, -1), done.Err())
	fmt.Println(<-p.lines)
	done.Put()
	e.Fini()
	s.Fini()
	w.Close()
	// Output:
	// before: false
	// after: true ok
	// printed
}

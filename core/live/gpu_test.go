package live_test

import (
	"math/rand/v2"
	"sync"
	"sync/atomic"

	"credence/core/fence"
	"credence/core/live"
	"credence/core/sched"
)

// gpu is hardware on goroutines: jobs complete in the order of submission, a
// moment after they were given to it, from goroutines that are nobody's worker.
type gpu struct {
	worker   *live.Worker
	sched    *sched.Scheduler
	contexts *fence.Contexts
	context  fence.Context
	seqno    uint64
	random   *rand.Rand // the worker's
	hang     int        // one job in so many hangs; 0 for none

	lock    sync.Mutex
	flight  []*job
	work    chan struct{}
	stop    chan struct{}
	stopped sync.WaitGroup

	freed, owned, timedOut, restarts atomic.Int64
}

// job is a submission of a soak.
type job struct {
	sched.Job
	gpu  *gpu // that ran it
	hw   *fence.Single
	hung bool
	home chan *job // where it goes when it is free
	ends *atomic.Int64
}

func newGPU(id uint32, hang int, c sched.Config, contexts *fence.Contexts) (*gpu, error) {
	g := &gpu{
		worker: live.Start(), contexts: contexts, context: contexts.Next(1), hang: hang,
		random: rand.New(rand.NewPCG(1, uint64(id))),
		work:   make(chan struct{}, 1), stop: make(chan struct{}),
	}
	c.ID, c.Backend, c.Executor, c.Contexts = id, g, g.worker, contexts
	var err error
	if g.sched, err = sched.New(c); err != nil {
		return nil, err
	}
	g.stopped.Add(1)
	go g.run()
	return g, nil
}

// run completes what is in flight, oldest first.
func (g *gpu) run() {
	defer g.stopped.Done()
	for {
		select {
		case <-g.work:
		case <-g.stop:
			return
		}
		for hw := g.next(); hw != nil; hw = g.next() {
			hw.SignalPut(fence.OK)
		}
	}
}

// next takes the oldest job unless that hangs, and returns its fence: the job may
// be anybody's as soon as it is taken, if a reset comes in between.
func (g *gpu) next() *fence.Single {
	g.lock.Lock()
	defer g.lock.Unlock()
	if len(g.flight) == 0 || g.flight[0].hung {
		return nil
	}
	j := g.flight[0]
	g.flight = g.flight[1:]
	return j.hw
}

// clear takes everything off the hardware, as a reset does.
func (g *gpu) clear() {
	g.lock.Lock()
	var lost []*fence.Single
	for _, j := range g.flight {
		lost = append(lost, j.hw)
	}
	g.flight = nil
	g.lock.Unlock()
	for _, hw := range lost {
		hw.SignalPut(fence.ECANCELED)
	}
}

// restart is a reset from outside a timeout handler: what is in flight ends with
// an error.
func (g *gpu) restart() {
	g.sched.Stop()
	g.clear()
	g.sched.Start(fence.EIO)
	g.restarts.Add(1)
}

func (g *gpu) poke() {
	select {
	case g.work <- struct{}{}:
	default:
	}
}

// take removes j from the hardware and reports whether it was there.
func (g *gpu) take(j *job) bool {
	g.lock.Lock()
	defer g.lock.Unlock()
	for i, x := range g.flight {
		if x == j {
			g.flight = append(g.flight[:i:i], g.flight[i+1:]...)
			return true
		}
	}
	return false
}

func (g *gpu) RunJob(sj *sched.Job) (*fence.Fence, fence.Errno, sched.Duration) {
	j := sj.Owner.(*job)
	if sj.Finished().Err() != fence.OK {
		return nil, fence.OK, 0
	}
	j.gpu = g
	g.seqno++
	j.hw = new(fence.Single)
	j.hw.Init(g.context, g.seqno, nil)
	hw := j.hw.Get()
	j.hung = g.hang != 0 && g.random.IntN(g.hang) == 0
	g.lock.Lock()
	g.flight = append(g.flight, j)
	g.lock.Unlock()
	g.poke()
	return hw, fence.OK, 0
}

func (g *gpu) FreeJob(sj *sched.Job) sched.Duration {
	g.freed.Add(1)
	sj.Owner.(*job).end()
	return 0
}

// end accounts for the job and sends it home.
func (j *job) end() {
	j.Cleanup()
	j.ends.Add(1)
	j.home <- j
}

func (g *gpu) TimedOutJob(sj *sched.Job, r *sched.Recovery) (sched.Verdict, sched.Duration) {
	j := sj.Owner.(*job)
	g.timedOut.Add(1)
	defer g.poke()
	switch g.random.IntN(3) {
	case 0: // it was slow: let it end
		g.lock.Lock()
		j.hung = false
		g.lock.Unlock()
		return sched.VerdictNoHang, 0
	case 1: // end it, and keep it
		if g.take(j) {
			j.hw.SignalPut(fence.ETIMEDOUT)
		}
		if !j.Finished().Signaled() {
			// It ends at this moment, or a Stop from outside has detached it.
			return sched.VerdictNoHang, 0
		}
		g.owned.Add(1)
		j.end()
		return sched.VerdictReset, 0
	}
	// A reset of everything: what is in flight is run again.
	r.Stop(sj)
	r.IncreaseKarma(sj)
	g.clear()
	r.Resubmit()
	r.Start(fence.OK)
	return sched.VerdictReset, 0
}

func (g *gpu) CancelJob(sj *sched.Job) {
	if j := sj.Owner.(*job); g.take(j) {
		j.hw.SignalPut(fence.ECANCELED)
	}
	for !sj.Finished().Signaled() {
		g.poke()
	}
}

func (g *gpu) close() {
	g.sched.Fini()
	close(g.stop)
	g.stopped.Wait()
	g.worker.Close()
}

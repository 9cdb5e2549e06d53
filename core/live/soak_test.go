package live_test

import (
	"errors"
	"flag"
	"math/rand/v2"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"credence/core/fence"
	"credence/core/sched"
)

var soakJobs = flag.Int64("soak", 100_000, "`jobs` of TestSoak in all")

const (
	soakProducers  = 8
	soakSchedulers = 8
	soakOwnJobs    = 48 // jobs that one producer has
)

// producer submits to an entity of its own, and to a new one when that was
// killed.
type producer struct {
	id     int
	gpus   []*gpu
	random *rand.Rand
	home   chan *job
	entity atomic.Pointer[sched.Entity]
	shared *exchange
	pushed int64
	ended  atomic.Int64
	killed int64
}

// exchange lets producers depend on each other's jobs.
type exchange struct {
	lock sync.Mutex
	last *fence.Fence
}

func (x *exchange) get() *fence.Fence {
	x.lock.Lock()
	defer x.lock.Unlock()
	if x.last == nil {
		return nil
	}
	return x.last.Get()
}

func (x *exchange) put(f *fence.Fence) {
	x.lock.Lock()
	old := x.last
	x.last = f.Get()
	x.lock.Unlock()
	if old != nil {
		old.Put()
	}
}

func (p *producer) newEntity(t *testing.T) *sched.Entity {
	var scheds []*sched.Scheduler
	for range 1 + p.random.IntN(3) {
		scheds = append(scheds, p.gpus[p.random.IntN(len(p.gpus))].sched)
	}
	e := new(sched.Entity)
	err := e.Init(scheds, sched.EntityConfig{
		ID: uint32(p.id), Priority: sched.High + sched.Priority(p.random.IntN(3)),
		Capacity: 1 + p.random.IntN(2*soakOwnJobs), Guilty: true,
	})
	if err != nil {
		t.Error(err)
	}
	p.entity.Store(e)
	return e
}

// run pushes n jobs.
func (p *producer) run(t *testing.T, n int64) {
	e := p.newEntity(t)
	for p.pushed < n {
		j := <-p.home
		switch err := j.Init(e, sched.Need{Credits: uint32(1 + p.random.IntN(3))}); {
		case errors.Is(err, sched.ErrQueueFull):
			p.home <- j
			runtime.Gosched()
			if e.Killed() {
				e = p.replace(t, e)
			}
			continue
		case err != nil:
			t.Error(err)
			return
		}
		if p.random.IntN(4) == 0 {
			j.AddDependency(p.shared.get())
		}
		j.Arm()
		if p.random.IntN(8) == 0 {
			p.shared.put(j.Finished())
		}
		j.Push()
		p.pushed++
		if e.Killed() || p.random.IntN(5000) == 0 {
			e = p.replace(t, e)
		}
	}
	e.Fini()
}

func (p *producer) replace(t *testing.T, e *sched.Entity) *sched.Entity {
	e.Fini()
	p.killed++
	return p.newEntity(t)
}

// chaos does to schedulers and entities what may be done to them at any time.
func chaos(stop <-chan struct{}, gpus []*gpu, producers []*producer) {
	r := rand.New(rand.NewPCG(7, 7))
	for {
		select {
		case <-stop:
			return
		case <-time.After(time.Duration(r.IntN(500)) * time.Microsecond):
		}
		g, p := gpus[r.IntN(len(gpus))], producers[r.IntN(len(producers))]
		e := p.entity.Load()
		switch k := r.IntN(10); {
		case k == 0:
			g.sched.Pause()
			runtime.Gosched()
			g.sched.Resume()
		case k == 1:
			g.sched.Fault()
		case k == 8:
			g.restart()
		case k == 9:
			if d := g.sched.Dump(); d.Sched != g.sched.ID() {
				panic(d.String())
			}
		case e == nil:
		case k == 2:
			e.Kill()
		case k == 3:
			e.Flush(fence.Millisecond, sched.Exit{Exiting: true})
		default:
			e.SetPriority(sched.High + sched.Priority(r.IntN(3)))
		}
	}
}

// TestSoak shakes the scheduler with producers, schedulers, hardware and control
// operations on goroutines of their own, and then accounts for every job.
func TestSoak(t *testing.T) {
	fences, jobs := fence.Live(), sched.LiveJobs()
	contexts := new(fence.Contexts)
	var gpus []*gpu
	for i := range soakSchedulers {
		flow := sched.Flow{Kind: sched.FlowCredits, Limit: uint32(2 + i)}
		a, err := flow.Admission([sched.NumLanes]uint32{})
		if err != nil {
			t.Fatal(err)
		}
		g, err := newGPU(uint32(i), 2000, sched.Config{
			Policy: sched.Policy(i % 3), Admission: a, Timeout: 2 * fence.Millisecond, HangLimit: 1,
		}, contexts)
		if err != nil {
			t.Fatal(err)
		}
		gpus = append(gpus, g)
	}
	shared := new(exchange)
	var producers []*producer
	for i := range soakProducers {
		p := &producer{
			id: i, gpus: gpus, shared: shared, random: rand.New(rand.NewPCG(3, uint64(i))),
			home: make(chan *job, soakOwnJobs),
		}
		for k := range soakOwnJobs {
			j := &job{home: p.home, ends: &p.ended}
			j.Owner, j.ID = j, uint64(i)<<32|uint64(k)
			p.home <- j
		}
		producers = append(producers, p)
	}
	stop, done := make(chan struct{}), make(chan struct{})
	go func() { defer close(done); chaos(stop, gpus, producers) }()
	var all sync.WaitGroup
	for _, p := range producers {
		all.Go(func() { p.run(t, *soakJobs/soakProducers) })
	}
	all.Wait()
	for _, p := range producers {
		for range soakOwnJobs {
			<-p.home // every job comes home once it has ended
		}
	}
	close(stop)
	<-done
	if f := shared.last; f != nil {
		f.Put()
	}
	var freed, owned, timedOut, restarts, wakes, pushed, ended, killed int64
	for _, g := range gpus {
		g.close()
		freed += g.freed.Load()
		owned += g.owned.Load()
		timedOut += g.timedOut.Load()
		restarts += g.restarts.Load()
		wakes += int64(g.worker.Wakes())
		if a := g.sched.Admission().(*sched.Scalar); a.InFlight() != 0 {
			t.Errorf("%s: %d credits in flight", g.sched, a.InFlight())
		}
		if n := g.sched.Score(); n != 0 {
			t.Errorf("%s: score %d", g.sched, n)
		}
	}
	for _, p := range producers {
		pushed += p.pushed
		ended += p.ended.Load()
		killed += p.killed
	}
	if pushed != ended || ended != freed+owned {
		t.Errorf("%d jobs pushed, %d ended: %d freed, %d kept by the backend", pushed, ended, freed, owned)
	}
	// Zero without the build tags of package invariant.
	if f, j := fence.Live()-fences, sched.LiveJobs()-jobs; f != 0 || j != 0 {
		t.Errorf("%d fences and %d jobs live", f, j)
	}
	if pushed >= 100_000 && (timedOut == 0 || killed == 0 || restarts == 0) {
		t.Error("nothing was disturbed")
	}
	t.Logf("%d jobs, %d timeouts, %d resets from outside, %d entities killed, %s wake-ups a job",
		pushed, timedOut, restarts, killed,
		strconv.FormatFloat(float64(wakes)/float64(pushed), 'f', 3, 64))
}

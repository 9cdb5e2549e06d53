//go:build explore

package scenario

import (
	"fmt"

	"credence/core/credit"
	"credence/core/xatomic"
	"credence/fuzz/explore"
)

// account is credits, the hardware that they stand for, and a holder that sleeps
// for want of them.
type account struct {
	counter credit.Counter
	lanes   credit.Lanes
	used    [2]xatomic.Int64 // what the hardware counts by itself
	limit   [2]int64
	idle    xatomic.Uint32 // 1: the holder is about to park
	wq      xatomic.Parker
	given   [3]xatomic.Uint32 // 1: the job is the hardware's
	cost    [3][2]uint32
	jobs    int
	packed  [3]credit.Vec
	wide    bool // use the lanes
}

func newAccount(wide bool, limit [2]uint32, costs ...[2]uint32) *account {
	a := &account{wq: xatomic.NewParker(), jobs: len(costs), wide: wide}
	must(a.counter.Init(limit[0]))
	must(a.lanes.Init(limit[:]...))
	for i, c := range costs {
		var err error
		a.cost[i] = c
		a.packed[i], err = credit.Pack(c[:]...)
		must(err)
	}
	a.limit = [2]int64{int64(limit[0]), int64(limit[1])}
	return a
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func (a *account) tryTake(i int) bool {
	if a.wide {
		return a.lanes.TryTake(a.packed[i])
	}
	return a.counter.TryTake(a.cost[i][0])
}

func (a *account) giveBack(i int) {
	if a.wide {
		a.lanes.Return(a.packed[i])
	} else {
		a.counter.Return(a.cost[i][0])
	}
}

// hold takes what each job needs, in order, and sleeps while it is not there.
func (a *account) hold() {
	for i := range a.jobs {
		for !a.tryTake(i) {
			a.idle.Store(1)
			if a.tryTake(i) {
				a.idle.Store(0)
				break
			}
			a.wq.Park()
		}
		a.occupy(i, 1)
		a.given[i].Store(1)
	}
}

// holdCareless is hold without the look behind the announcement.
func (a *account) holdCareless() {
	for i := range a.jobs {
		for !a.tryTake(i) {
			a.idle.Store(1)
			a.wq.Park()
		}
		a.occupy(i, 1)
		a.given[i].Store(1)
	}
}

// occupy has the hardware count the job in or out.
func (a *account) occupy(i int, sign int64) {
	for l := range a.used {
		n := sign * int64(a.cost[i][l])
		if n == 0 || l == 1 && !a.wide {
			continue
		}
		if used := a.used[l].Add(n); used > a.limit[l] {
			explore.Failf("lane %d: %d in use, limit %d", l, used, a.limit[l])
		}
	}
}

// complete is the interrupt of job i.
func (a *account) complete(i int) {
	a.occupy(i, -1)
	a.giveBack(i)
	a.wake()
}

func (a *account) wake() {
	if a.idle.Load() == 1 && a.idle.CompareAndSwap(1, 0) {
		a.wq.Unpark()
	}
}

func (a *account) empty() error {
	if n := a.counter.InFlight(); n != 0 {
		return fmt.Errorf("%d credits in flight after all came back", n)
	}
	if v := a.lanes.InFlight(); v != (credit.Vec{}) {
		return fmt.Errorf("%v in flight after all came back", v)
	}
	return nil
}

// program has one thread take, and one a job return it as soon as it is given.
func (a *account) program(hold func()) *explore.Program {
	p := &explore.Program{State: a, Check: a.empty}
	p.Threads = append(p.Threads, explore.Thread{Name: "holder", Run: hold})
	for i := range a.jobs {
		p.Threads = append(p.Threads, explore.Thread{
			Name: fmt.Sprint("irq", i), Role: explore.Interrupt, Polls: true,
			Run: func() {
				explore.Await(func() bool { return a.given[i].Load() == 1 })
				a.complete(i)
			},
		})
	}
	return p
}

func accounts(name, doc string, wide bool, limit [2]uint32, costs ...[2]uint32) Scenario {
	return Scenario{
		Name: "credit/" + name, Doc: doc,
		Holds: "the hardware never counts more than the limit, nothing is left in flight, " +
			"and the holder is woken",
		New: func() *explore.Program {
			a := newAccount(wide, limit, costs...)
			return a.program(a.hold)
		},
	}
}

func credits() []Scenario {
	careless := accounts("careless", "the holder announces that it sleeps after its last look",
		false, [2]uint32{1, 1}, [2]uint32{1}, [2]uint32{1})
	careless.Expect = explore.LostWakeup
	careless.New = func() *explore.Program {
		a := newAccount(false, [2]uint32{1, 1}, [2]uint32{1}, [2]uint32{1})
		return a.program(a.holdCareless)
	}
	return []Scenario{
		accounts("counter 1", "two jobs, one in flight", false, [2]uint32{1, 1},
			[2]uint32{1}, [2]uint32{1}),
		accounts("counter 2", "three jobs, two in flight", false, [2]uint32{2, 1},
			[2]uint32{1}, [2]uint32{1}, [2]uint32{1}),
		accounts("big job", "a job that needs all credits waits for two that have them", false,
			[2]uint32{2, 1}, [2]uint32{1}, [2]uint32{1}, [2]uint32{2}),
		accounts("lanes 1", "two jobs that need both lanes", true, [2]uint32{1, 1},
			[2]uint32{1, 1}, [2]uint32{1, 1}),
		accounts("lanes 2", "jobs of one lane and of the other, then one of both", true,
			[2]uint32{1, 1}, [2]uint32{1, 0}, [2]uint32{0, 1}, [2]uint32{1, 1}),
		careless,
	}
}

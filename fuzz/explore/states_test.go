//go:build explore

package explore

import (
	"math/rand/v2"
	"strings"
	"testing"

	"credence/core/xatomic"
)

// little has searches learn next to nothing before they begin, so that what they
// leave out is found to be too much again and again.
func little(t *testing.T, executions int) {
	was := learning
	learning = executions
	t.Cleanup(func() { learning = was })
}

// TestStatesAgree has long scripts, whose threads remember little, so that most orders
// meet again, come to what the reference interpreter says.
func TestStatesAgree(t *testing.T) {
	little(t, 2)
	var executions, states, passes int
	for i := range scriptCount(t) {
		f := flavours[i%len(flavours)]
		f.length = f.length + 4
		sc := randomScript(rand.New(rand.NewPCG(uint64(i), 5)), f)
		sc.forgets = true
		want := reference(sc, unbounded)
		got := playScript(t, sc, Options{Strategy: States})
		agree(t, i, sc, "states", want, got)
		executions += got.result.Executions + got.result.Redundant
		states += want.states
		passes += got.result.Executions
		if t.Failed() {
			return
		}
	}
	t.Logf("%d executions, %d to an end, for %d states of the reference", executions, passes, states)
}

// TestSchedulesOfStatesReplay wants each failure that a search by states finds to be
// what its schedule plays, with all that was held in loops.
func TestSchedulesOfStatesReplay(t *testing.T) {
	little(t, 2)
	played, held := 0, 0
	for i := range scriptCount(t) / 4 {
		sc := randomScript(rand.New(rand.NewPCG(uint64(i), 4)), flavours[i%len(flavours)])
		p, _ := sc.program()
		type failure struct {
			verdict  Verdict
			schedule string
		}
		var list []failure
		if _, err := Run(p, Options{Strategy: States, Each: func(x *Execution) bool {
			if x.Verdict != Passed && len(list) < 3 {
				list = append(list, failure{x.Verdict, x.Schedule()})
			}
			return true
		}}); err != nil {
			t.Fatal(err)
		}
		for _, f := range list {
			p, _ := sc.program()
			r, err := Replay(p, f.schedule)
			if err != nil || r.Verdict != f.verdict || r.Schedule != f.schedule {
				t.Fatalf("script %d, %v: %s replays to %v, %v\n%v", i, f.verdict, f.schedule, r, err, sc)
			}
			played++
			held += strings.Count(f.schedule, "[")
		}
	}
	if played < 50 && scriptCount(t) >= scripts {
		t.Errorf("%d failures replayed: too few", played)
	}
	t.Logf("%d failures, threads held %d times", played, held)
}

// tally is memory that a thread allocates and only its stack leads to.
type tally struct{ n int }

var sink *tally

// TestStatesSeesFreshMemory has a thread count its looks in memory of its own, which
// no two executions have at one place: equal stacks are no equal states then.
func TestStatesSeesFreshMemory(t *testing.T) {
	expect(t, func() *Program {
		p, s := program(Program{}, Thread{Name: "counter"}, Thread{Name: "writer"})
		p.Threads[0].Run = func() {
			c := new(tally)
			sink = c
			for c.n < 2 {
				s.a.Load()
				c.n++
			}
		}
		p.Threads[1].Run = func() { s.a.Store(1) }
		return p
	}, Passed, "")
}

// TestStatesTellWhoKnows has two orders come to the same memory and the same stacks:
// in one of them the reader has seen that the writer is done, in the other it has not.
func TestStatesTellWhoKnows(t *testing.T) {
	expect(t, func() *Program {
		p, s := program(Program{}, Thread{Name: "writer"}, Thread{Name: "reader"})
		p.Threads[0].Run = func() { s.v.Set(1); s.a.Store(1) }
		p.Threads[1].Run = func() { s.a.CompareAndSwap(5, 6); s.b.Load(); s.v.Get() }
		return p
	}, DataRace, "reader reads v, which writer writes")
}

// TestStatesFollowThoseLeftOut: two threads that go round together for ever must not
// keep a third one, which has nothing to do with them, from its turn.
func TestStatesFollowThoseLeftOut(t *testing.T) {
	little(t, 2)
	expect := func(st Strategy) {
		p, s := program(Program{}, Thread{Name: "ping"}, Thread{Name: "pong"}, Thread{Name: "last"})
		turns := func(mine, next uint32) func() {
			return func() {
				for s.b.Load() == 0 {
					if s.a.Load() == mine {
						s.a.Store(next)
					}
					xatomic.Yield()
				}
			}
		}
		p.Threads[0].Run, p.Threads[0].Polls = turns(0, 1), true
		p.Threads[1].Run, p.Threads[1].Polls = turns(1, 0), true
		p.Threads[2].Run = func() { s.v.Set(1); s.b.Store(1); Failf("the last one comes") }
		r, err := Run(p, Options{Strategy: st, Executions: 10_000})
		if err != nil || r.Verdict == Passed {
			t.Errorf("%v: %v, %v", st, r, err)
		}
	}
	expect(States)
	expect(Cached)
}

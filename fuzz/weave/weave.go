//go:build explore

package weave

import (
	"fmt"
	"math/rand/v2"

	"credence/core/xatomic"
	"credence/fuzz/explore"
)

// Limits of one drawn program.
const (
	// Executions is how often it is played under each strategy.
	Executions = 120
	// maxSteps cuts an execution off.
	maxSteps = 20_000
)

// Find is a program under an interleaving that ends otherwise than it should.
type Find struct {
	Seed     uint64 // that draws the program: Draw(Seed)
	Program  string
	Result   *explore.Result
	Strategy explore.Strategy
}

// kinds are what is drawn, with how many of 16 programs are of that kind.
var kinds = []struct {
	weight int
	name   string
	draw   func(*rand.Rand) *explore.Program
}{
	{9, "machine", drawMachine}, {3, "queue", drawQueue}, {2, "fence", drawFence}, {2, "credit", drawCredit},
}

// Draw returns the program of a seed.
func Draw(seed uint64) *explore.Program {
	r := rand.New(rand.NewPCG(seed, 0x77656176))
	at := r.IntN(16)
	for _, k := range kinds {
		if at -= k.weight; at < 0 {
			p := k.draw(r)
			p.Name = fmt.Sprintf("weave/%s %d", k.name, seed)
			p.MaxSteps = maxSteps
			return p
		}
	}
	panic("weave: the weights do not add up to 16")
}

// Play plays the program of a seed, half of the times by chance and half by few
// changes of turn, and returns what it found, or nil. stop is asked now and then.
func Play(seed uint64, stop func() bool) (*Find, error) {
	for _, o := range []explore.Options{
		{Strategy: explore.PCT, Depth: 3}, {Strategy: explore.RandomWalk},
	} {
		o.Executions, o.Seed, o.Stop = Executions, seed, stop
		p := Draw(seed)
		r, err := explore.Run(p, o)
		if err != nil {
			return nil, err
		}
		if r.Verdict != explore.Passed {
			return &Find{seed, p.Name, r, o.Strategy}, nil
		}
	}
	return nil, nil
}

// daemon is a thread that may go on for ever.
func daemon(name string, polls bool, run func()) explore.Thread {
	return explore.Thread{Name: name, Run: run, Role: explore.Daemon, Polls: polls}
}

func task(name string, run func()) explore.Thread { return explore.Thread{Name: name, Run: run} }

// tick counts a thread's operations, in a word of its own. It tells a thread that
// does the same for a few times from one that goes round without an end.
type tick struct{ n xatomic.Uint32 }

func (t *tick) on() { t.n.Add(1) }

// must fails the execution, or the process outside of one, if something is wrong
// with the program itself.
func must(err error) {
	if err != nil {
		panic(err)
	}
}

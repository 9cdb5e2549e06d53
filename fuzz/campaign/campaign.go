// Package campaign hunts for bugs of the scheduler core with programs of package
// prog: it makes them, from nothing and from each other, has package target run
// and judge them, and keeps going after a find. Each find is run again until it
// is known to be stable, made small, told from those that are known, and stored
// at once, so that an end at any moment loses nothing.
//
// One campaign is one goroutine, since the counts of what lives are the whole
// process's; beside it only a watch on programs that never end. The same seed,
// corpus and number of programs give the same finds. It refuses to judge by
// itself: what a bug is, is the oracle's business.
package campaign

import (
	"context"
	"math/rand/v2"
	"time"

	"credence/fuzz/prog"
	"credence/fuzz/target"
)

// Limits of a campaign.
const (
	// MaxOps is how long a program made from nothing is at most.
	MaxOps = 60
	// MaxFinds is how many different finds end a campaign: somebody has to look.
	MaxFinds = 200
	// MinimiseRuns is how often a find is run at most to make it small.
	MinimiseRuns = 4000
	// confirmations is how often a find is run again to see whether it is stable.
	confirmations = 3
	// fresh is of how many programs one is made from nothing.
	fresh = 3
)

// Config is what a campaign is made of.
type Config struct {
	Seed uint64
	// Budget is how long it goes on, 0 for no limit, and Programs how many
	// programs it runs, 0 for no limit. One of them must be given.
	Budget   time.Duration
	Programs int
	// First ends it at the first find.
	First bool
	// Corpus is what it begins with: each is run as it is, then mutated.
	Corpus []*prog.Program
	// Found is called for each find, when it is small and confirmed; nil for
	// nobody.
	Found func(*Find)
	// Hung is called, on another goroutine, for a program that does not end. The
	// campaign cannot go on: Hung must not return. nil has nobody watch.
	Hung func(*Find)
	// Status is called after each program; nil for nobody.
	Status func(*Report)
}

// Report is what a campaign did.
type Report struct {
	Programs   int
	Operations int // executed; those that did not apply do not count
	Completed  int // jobs
	Compared   int // comparisons with the model
	Corpus     int // programs in it
	Finds      []*Find
	Again      int // finds of a class that was known
	Elapsed    time.Duration
	// Canary is after how long the canary was found, and CanaryOps how small it
	// was made; both 0 if it was not.
	Canary    time.Duration
	CanaryOps int
}

// Find is a finding, small and confirmed.
type Find struct {
	*target.Finding
	// Stable: it came again each time, with the same class.
	Stable bool
	After  time.Duration // from the beginning of the campaign
	File   string        // where it was stored, if it was
}

// campaign is one that runs.
type campaign struct {
	Config
	start   time.Time
	mutator prog.Mutator
	niches  map[niche]bool
	classes map[string]bool
	watch   watch
	report  Report
}

// Run runs a campaign until its budget is used up, ctx ends, or MaxFinds.
func Run(ctx context.Context, c Config) *Report {
	x := &campaign{
		Config: c, start: time.Now(), niches: map[niche]bool{}, classes: map[string]bool{},
		mutator: prog.Mutator{
			Rand: rand.New(rand.NewPCG(c.Seed, 0)), Weights: prog.DefaultWeights,
		},
	}
	x.watch.most = maxTime
	if c.Hung != nil {
		defer x.guard()()
	}
	for _, p := range c.Corpus {
		if x.over(ctx) {
			break
		}
		x.one(p)
	}
	for !x.over(ctx) {
		x.one(x.next())
	}
	x.report.Elapsed = time.Since(x.start)
	return &x.report
}

// over reports whether the campaign has come to its end.
func (x *campaign) over(ctx context.Context) bool {
	n := len(x.report.Finds)
	return ctx.Err() != nil || n >= MaxFinds || x.First && n > 0 ||
		x.Config.Programs > 0 && x.report.Programs >= x.Config.Programs ||
		x.Budget > 0 && time.Since(x.start) >= x.Budget
}

// next makes a program: from nothing, with some operations off, or from the
// corpus.
func (x *campaign) next() *prog.Program {
	m := &x.mutator
	if len(m.Corpus) == 0 || m.Rand.IntN(fresh) == 0 {
		m.Swarm()
		return m.Generate(1 + m.Rand.IntN(MaxOps))
	}
	return m.Mutate(m.Corpus[m.Rand.IntN(len(m.Corpus))])
}

// one runs a program and does what follows from it.
func (x *campaign) one(p *prog.Program) {
	r := x.run(p)
	rep := &x.report
	rep.Programs++
	rep.Operations += r.Executed
	rep.Completed += r.Completed
	rep.Compared += r.Compared
	if r.Finding != nil {
		x.found(r.Finding)
	} else {
		x.keep(p, &r)
		x.lookForCanary(p, &r)
	}
	if x.Status != nil {
		rep.Elapsed = time.Since(x.start)
		x.Status(rep)
	}
}

// run runs a program under the watch.
func (x *campaign) run(p *prog.Program) target.Result {
	x.watch.begin(p)
	defer x.watch.end()
	return target.Run(p)
}

// found handles a finding: it is counted if its class is known, and otherwise
// confirmed, made small and reported.
func (x *campaign) found(f *target.Finding) {
	if x.classes[f.Class] {
		x.report.Again++
		return
	}
	x.classes[f.Class] = true
	find := &Find{Finding: f, Stable: true, After: time.Since(x.start)}
	for range confirmations {
		g := x.run(f.Program).Finding
		find.Stable = find.Stable && g != nil && g.Class == f.Class
	}
	if find.Stable {
		prog.Minimise(f.Program, MinimiseRuns, func(p *prog.Program) bool {
			g := x.run(p).Finding
			if g == nil || g.Class != f.Class {
				return false
			}
			find.Finding = g
			return true
		})
	}
	find.Explain()
	x.report.Finds = append(x.report.Finds, find)
	if x.Found != nil {
		x.Found(find)
	}
}

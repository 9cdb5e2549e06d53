// Package campaign hunts for bugs with the targets of package target: it makes
// inputs, from nothing and from each other, has them run and judged there, and
// keeps going after a find. Each find is run again until it is known to be stable,
// made small, told from those that are known, and stored at once, so that an end at
// any moment loses nothing.
//
// One campaign is one goroutine, since the counts of what lives are the whole
// process's; beside it only a watch on programs that never end. The same seed,
// corpus and number of programs give the same finds. It refuses to judge by
// itself: what a bug is, is the oracle's business. What ends the process, a fatal
// error or a hang, is for whoever started it to see (package engine).
package campaign

import (
	"context"
	"math/rand/v2"
	"time"

	"credence/fuzz/edges"
	"credence/fuzz/target"
)

// Limits of a campaign.
const (
	// MaxOps is how long a program made from nothing is at most.
	MaxOps = 60
	// MaxBytes is how long an input that is no program is at most.
	MaxBytes = 4096
	// MaxFinds is how many different finds end a campaign: somebody has to look.
	MaxFinds = 200
	// MinimiseRuns is how often a find is run at most to make it small.
	MinimiseRuns = 4000
	// confirmations is how often a find is run again to see whether it is stable.
	confirmations = 3
	// fresh is of how many inputs one is made from nothing.
	fresh = 3
)

// Config is what a campaign is made of.
type Config struct {
	Seed uint64
	// Budget is how long it goes on, 0 for no limit, and Programs how many
	// inputs it runs, 0 for no limit. One of them must be given.
	Budget   time.Duration
	Programs int
	// First ends it at the first find, and Replay after the Inputs.
	First, Replay bool
	// Targets are run, each as often as it weighs; nil for all of them.
	Targets []Share
	// Inputs are what it begins with: each is run as it is, then mutated. Those of
	// other targets are left out.
	Inputs []Input
	// Known are classes that are not reported again.
	Known []string
	// Box holds what is being run, for whoever has to say why the process ended;
	// nil for nobody.
	Box *target.Box
	// Found is called for each find, when it is small and confirmed; nil for
	// nobody.
	Found func(*Find)
	// Kept is called for each input that the corpus takes in; nil for nobody.
	Kept func(Input)
	// Hung is called, on another goroutine, for an input that does not end. The
	// campaign cannot go on: Hung must not return. nil has nobody watch.
	Hung func(*Find)
	// Status is called after each input; nil for nobody.
	Status func(*Report)
}

// Report is what a campaign did.
type Report struct {
	Programs   int     // inputs
	Operations int     // executed; those that did not apply do not count
	Completed  int     // jobs
	Compared   int     // comparisons with the model
	Corpus     int     // inputs in it
	Finds      []*Find `json:"-"`
	Again      int     // finds of a class that was known
	Elapsed    time.Duration
	// Canary is after how long the canary was found, and CanaryOps how small it
	// was made; both 0 if it was not.
	Canary    time.Duration
	CanaryOps int
	// Pairs are those of an operation that did something and a state that were
	// reached.
	Pairs target.Pairs
	// Edges is how many were taken, of EdgesTotal, which is 0 if nobody counted,
	// and LastEdge when the last one was first taken.
	Edges, EdgesTotal int
	LastEdge          time.Duration
}

// campaign is one that runs.
type campaign struct {
	Config
	start   time.Time
	rand    *rand.Rand
	lanes   []*lane
	weight  int // of all lanes
	edges   edges.Map
	classes map[string]bool
	watch   watch
	report  Report
	// searching: the inputs are over.
	searching bool
}

func newCampaign(c Config) *campaign {
	x := &campaign{
		Config: c, start: time.Now(), classes: map[string]bool{},
		rand: rand.New(rand.NewPCG(c.Seed, 0)),
	}
	x.report.EdgesTotal = edges.Total()
	for _, class := range c.Known {
		x.classes[class] = true
	}
	if c.Targets == nil {
		c.Targets = All()
	}
	for _, s := range c.Targets {
		x.lanes = append(x.lanes, newLane(s.Target, s.Weight, x.rand))
		x.weight += s.Weight
	}
	x.watch.most = maxTime
	return x
}

// Run runs a campaign until its budget is used up, ctx ends, or MaxFinds.
func Run(ctx context.Context, c Config) *Report {
	x := newCampaign(c)
	if c.Hung != nil {
		defer x.guard()()
	}
	for _, in := range c.Inputs {
		if x.over(ctx) {
			break
		}
		if l := x.laneOf(in.Target); l != nil {
			x.one(l, l.decode(in.Data))
		}
	}
	x.searching = true
	for !c.Replay && !x.over(ctx) {
		l := x.next()
		x.one(l, l.next())
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

// next draws a lane.
func (x *campaign) next() *lane {
	at := x.rand.IntN(x.weight)
	for _, l := range x.lanes {
		if at -= l.weight; at < 0 {
			return l
		}
	}
	panic("campaign: no lane")
}

func (x *campaign) laneOf(name string) *lane {
	for _, l := range x.lanes {
		if l.Name == name {
			return l
		}
	}
	return nil
}

// one runs an input and does what follows from it.
func (x *campaign) one(l *lane, in input) {
	edges.Begin()
	o := x.run(l, in)
	news := x.edges.End()
	rep := &x.report
	rep.Programs++
	rep.Operations += o.Executed
	rep.Completed += o.Completed
	rep.Compared += o.Compared
	if n := x.edges.Len(); n > rep.Edges {
		rep.Edges, rep.LastEdge = n, time.Since(x.start)
	}
	if o.Finding != nil {
		x.found(l, in, o.Finding)
	} else {
		news = rep.Pairs.Add(&o.Pairs) || news
		x.keep(l, in, &o, news)
		x.lookForCanary(l, in, &o)
	}
	if x.Status != nil {
		rep.Elapsed = time.Since(x.start)
		x.Status(rep)
	}
}

// keep puts an input into the corpus of its target if it is good for something.
func (x *campaign) keep(l *lane, in input, o *outcome, news bool) {
	if !l.keep(in, o, news) {
		return
	}
	x.report.Corpus = 0
	for _, l := range x.lanes {
		x.report.Corpus += l.size()
	}
	if x.Kept != nil {
		x.Kept(Input{l.Name, in.encode()})
	}
}

// run runs an input under the watch.
func (x *campaign) run(l *lane, in input) outcome { return x.guarded(l, in, l.run) }

func (x *campaign) guarded(l *lane, in input, run func(input) outcome) outcome {
	if x.Box != nil {
		x.Box.Put(l.Name, in.encode())
		defer x.Box.Clear()
	}
	x.watch.begin(l, in)
	defer x.watch.end()
	return run(in)
}

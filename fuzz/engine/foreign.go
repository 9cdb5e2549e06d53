package engine

import (
	"context"
	"os"
	"path/filepath"
	"time"

	"credence/fuzz/campaign"
	"credence/fuzz/target"
)

// foreign is an engine that is not ours: it is given one target at a time, for a
// slice of the budget, and writes what it finds to files.
type foreign struct {
	name string
	// build builds what is run into the plan's folder.
	build func(ctx context.Context, p *Plan) error
	// slice runs one target until its budget is used up, ctx ends, or something is
	// found, of which it returns at least one.
	slice func(ctx context.Context, s *slice) ([]raw, error)
}

// slice is one run of an engine.
type slice struct {
	*Plan
	target string
	budget time.Duration // 0: no limit
	count  int           // 0: no limit
	dir    string        // of this target, from one slice to the next
	env    []string
	seeds  []campaign.Input
	// stats is told what the engine says of its corpus and its coverage.
	stats func(corpus, coverage int)
	// watch is called now and then while the engine runs, and executed says how many
	// inputs the campaign's processes have run.
	watch    func()
	executed func() int
	// log is what the last run printed, and spent the processor time of it and of what
	// it started.
	log   lastLines
	spent time.Duration
}

// raw is what an engine found: bytes, and what it printed.
type raw struct {
	data   []byte
	output string
}

// Limits of an engine that is not ours.
const (
	// maxSlices is how many slices a budget has at most, and minSlice how long one
	// is at least: engines take a while to begin.
	maxSlices = 20
	minSlice  = 10 * time.Second
	// canaryShare is of how much of the budget the canary may use a part, and
	// minCanary how long it may at least.
	canaryShare = 4
	minCanary   = 30 * time.Second
	// canarySeeds is how many programs the hunt for the canary begins with, of
	// canaryOps operations each.
	canarySeeds = 64
	canaryOps   = 40
	// canaryInputs is how many inputs without the canary are a search that failed,
	// and canaryPatience how many times as long they may take.
	canaryInputs   = 200_000
	canaryPatience = 10
	// maxBroken is how often in a row an engine may fail.
	maxBroken = 3
	// lookEvery is how often its files are looked at.
	lookEvery = 200 * time.Millisecond
)

// hunt is an engine that runs for a campaign.
type hunt struct {
	*Plan
	*foreign
	start  time.Time
	tally  string
	report *campaign.Report
	broken int
}

// run is the engine's Run.
func (e *foreign) run(ctx context.Context, p *Plan) (*campaign.Report, error) {
	h := &hunt{
		Plan: p, foreign: e, report: &campaign.Report{}, tally: filepath.Join(p.Work, "tally"),
	}
	for _, dir := range []string{h.tally, h.canaryTally()} {
		if err := os.MkdirAll(dir, 0o777); err != nil {
			return h.report, err
		}
	}
	if err := e.build(ctx, p); err != nil {
		return h.report, err
	}
	h.start = time.Now()
	p.knowAll()
	if err := h.canary(ctx); err != nil {
		return h.end(), err
	}
	for _, s := range h.slices() {
		if err := h.all(ctx, s); err != nil {
			return h.end(), err
		}
		if ctx.Err() != nil || p.First && len(p.finds) > 0 || h.overTime() {
			break
		}
	}
	r := h.end()
	if r.Programs == 0 && ctx.Err() == nil {
		return r, errNothing
	}
	return r, nil
}

// knowAll fills in the set of known classes.
func (p *Plan) knowAll() {
	if p.classes == nil {
		p.classes = map[string]bool{}
		for _, class := range p.Known {
			p.classes[class] = true
		}
	}
}

func (h *hunt) overTime() bool { return h.Budget > 0 && time.Since(h.start) >= h.Budget }

// counts brings the report up to date.
func (h *hunt) counts() {
	sum, err := target.ReadTally(h.tally)
	if err == nil {
		h.report.Programs, h.report.Operations = int(sum.Inputs), int(sum.Operations)
	}
	h.report.Elapsed, h.report.Finds = time.Since(h.start), h.finds
}

func (h *hunt) end() *campaign.Report {
	h.counts()
	return h.report
}

// slices splits the budget over the targets: each gets as many slices as it
// weighs, spread evenly.
func (h *hunt) slices() (list []*slice) {
	n := maxSlices
	if h.Budget > 0 {
		n = max(1, min(n, int(h.Budget/minSlice)))
	}
	credit := make([]int, len(h.Targets))
	total := 0
	for _, t := range h.Targets {
		total += t.Weight
	}
	for range n {
		best := 0
		for i, t := range h.Targets {
			credit[i] += t.Weight
			if credit[i] > credit[best] {
				best = i
			}
		}
		credit[best] -= total
		list = append(list, &slice{
			target: h.Targets[best].Name, budget: h.Budget / time.Duration(n), count: h.Count / n,
		})
	}
	return list
}

// all runs a slice, again after each find.
func (h *hunt) all(ctx context.Context, s *slice) error {
	t := target.Lookup(s.target)
	seeds, err := h.seeds(t)
	if err != nil {
		return err
	}
	start, before := time.Now(), h.end().Programs
	budget, count := s.budget, s.count
	for range campaign.MaxFinds {
		if budget > 0 {
			if s.budget = budget - time.Since(start); s.budget <= 0 {
				return nil
			}
		}
		if count > 0 {
			if s.count = count - (h.end().Programs - before); s.count <= 0 {
				return nil
			}
		}
		found, err := h.one(ctx, s, seeds, false)
		if err != nil {
			return err
		}
		if len(found) == 0 {
			return h.keep(s)
		}
		for _, x := range found {
			if err := h.triage(ctx, s.target, x); err != nil {
				return err
			}
		}
		if ctx.Err() != nil || h.First {
			return nil
		}
	}
	return nil
}

// one runs the engine once.
func (h *hunt) one(ctx context.Context, s *slice, seeds []campaign.Input, canary bool) ([]raw, error) {
	known, err := h.knownFile()
	if err != nil {
		return nil, err
	}
	kind := h.name
	if canary {
		kind += "-canary"
	}
	s.Plan, s.seeds, s.dir = h.Plan, seeds, filepath.Join(h.Work, kind, s.target)
	if err := os.MkdirAll(s.dir, 0o777); err != nil {
		return nil, err
	}
	s.env = []string{
		target.KnownEnv + "=" + known, target.CanaryEnv + "=" + flag01(canary || canaryWanted()),
	}
	tally := h.tally
	if canary {
		tally = h.canaryTally()
	}
	s.env = append(s.env, target.TallyEnv+"="+tally)
	s.watch = func() {
		h.counts()
		if h.Status != nil {
			h.Status(h.report)
		}
	}
	s.executed = func() int { return h.end().Programs }
	s.stats = func(corpus, coverage int) {
		if canary {
			return
		}
		h.report.Corpus = corpus
		if coverage > h.report.Edges {
			h.report.Edges, h.report.LastEdge = coverage, time.Since(h.start)
		}
	}
	found, err := h.slice(ctx, s)
	if err == nil || ctx.Err() != nil {
		h.broken = 0
		return found, nil
	}
	if h.broken++; h.broken == maxBroken {
		return found, err
	}
	return found, nil
}

// seeds returns what a target begins with: what the source tree has, and the
// corpus.
func (h *hunt) seeds(t *target.Target) (list []campaign.Input, err error) {
	all, err := campaign.Seeds(h.Root)
	if err != nil {
		return nil, err
	}
	for _, in := range all {
		if in.Target == t.Name {
			list = append(list, in)
		}
	}
	if dir := h.corpusOf(t.Name); dir != "" {
		more, err := campaign.ReadCorpus(dir, t)
		if err != nil {
			return nil, err
		}
		list = append(list, more...)
	}
	return list, nil
}

// corpusDir is where an engine of a slice keeps its corpus, in whatever format.
func (s *slice) corpusDir() string { return filepath.Join(s.dir, "corpus") }

// keep takes what the engine has collected into the corpus.
func (h *hunt) keep(s *slice) error {
	dir := h.corpusOf(s.target)
	if dir == "" {
		return nil
	}
	list, err := campaign.ReadCorpus(s.corpusDir(), target.Lookup(s.target))
	if err != nil {
		return err
	}
	for _, in := range list {
		if err := campaign.WriteInput(dir, in, campaign.Raw); err != nil {
			return err
		}
	}
	return nil
}

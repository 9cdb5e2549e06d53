// Package power measures how good the gate is: how often it finds changes that
// are there, and how often it raises an alarm when there are none. Trials of exact
// figures and of instructions patch the sources, build and count them, as a pull
// request's are. Trials of host time draw their binaries from a pool that is built
// beforehand (patches, each in many link layouts), so that a quiet machine spends
// its time on measuring; what is run and judged is what a pull request gets (package
// duel). Trials are recorded as they end, with their seed and raw samples, and none
// is repeated: the first complete run counts.
//
// The package refuses to tune: what the gate's constants are is for runs that are
// not counted.
package power

import (
	"context"
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"
	"time"

	"credence/bench/gate"
	"credence/bench/gate/duel"
)

// Config says what to do where.
type Config struct {
	Root string // of the repository
	Dir  string // of the records: trials.jsonl, calibration.json, raw/
	Bins string // of the pool of binaries, about 2 GB; it can be deleted at any time
	Rev  string // the revision that is patched; "" is that of the trials there are, or HEAD
	// Counts is how many trials each kind gets, by Kind.Name; kinds that are not in
	// it get none.
	Counts map[string]int
	Seed   uint64
	// Valgrind counts instructions; needed for the kinds that do.
	Valgrind string
	// Budget is the time of the rounds of a comparison of one benchmark, Record and
	// RecordSet that of the recordings of one and of the whole set.
	Budget, Record, RecordSet time.Duration
	// Step is told what begins. It may be nil.
	Step func(format string, args ...any)

	labs map[string]*lab // by package; closed at the end of Run
	done map[string]bool // what trials changed, so that none changes the same again
}

// Run does the trials that are missing, in the order of Kinds, and then writes the
// table. It can be interrupted at any time and goes on where it stopped.
func Run(ctx context.Context, c Config) error {
	have, err := c.begin(ctx)
	if err != nil {
		return err
	}
	defer c.close()
	for _, k := range Kinds {
		for i := range c.Counts[k.Name] {
			t := Trial{Kind: k.Name, Index: i, Commit: c.Rev, P: -1}
			t.Seed = seedOf(c.Seed, t.id())
			if have[t.id()] {
				continue
			}
			c.Step("%s, %d of %d", k.Name, i+1, c.Counts[k.Name])
			start := time.Now()
			if err := k.run(ctx, &c, &t); err != nil {
				return fmt.Errorf("%s: %w", t.id(), err)
			}
			t.Seconds = time.Since(start).Seconds()
			if err := c.append(&t); err != nil {
				return err
			}
			c.done[t.Kind+" "+t.What] = true
		}
	}
	return WriteTable(c.Dir)
}

// Build makes the binaries that the trials of host time need, but for those of
// slowdowns, which are calibrated first and on a quiet machine, and no trial. It can
// be interrupted, and goes on where it stopped. It may run beside other work, but not
// beside Run in the same folder.
func Build(ctx context.Context, c Config) error {
	if _, err := c.begin(ctx); err != nil {
		return err
	}
	defer c.close()
	for _, v := range variants() {
		if v.measured {
			continue
		}
		if _, err := c.variant(ctx, v.name); err != nil {
			return err
		}
	}
	return nil
}

// begin finds out which trials there are, and makes c.Rev the commit that all are of.
func (c *Config) begin(ctx context.Context) (have map[string]bool, err error) {
	if c.Step == nil {
		c.Step = func(string, ...any) {}
	}
	c.labs, c.done = map[string]*lab{}, map[string]bool{}
	if err := os.MkdirAll(filepath.Join(c.Dir, rawDir), 0o777); err != nil {
		return nil, err
	}
	if err := repair(c.Dir); err != nil {
		return nil, err
	}
	done, err := Trials(c.Dir)
	if err != nil {
		return nil, err
	}
	rev := c.Rev
	switch {
	case rev == "" && len(done) > 0:
		rev = done[0].Commit
	case rev == "":
		rev = "HEAD"
	}
	commit, ok := duel.Resolve(ctx, c.Root, rev)
	if !ok || rev == duel.WorkingTree {
		return nil, fmt.Errorf("%s is no commit; the experiment patches one", rev)
	}
	c.Rev = commit
	have = map[string]bool{}
	for i := range done {
		have[done[i].id()] = true
		c.done[done[i].Kind+" "+done[i].What] = true
		if done[i].Commit != commit {
			return nil, fmt.Errorf("%s has trials of %s and %s is %s: one run is of one commit; "+
				"name that one, or another folder", c.Dir, done[i].Commit, rev, commit)
		}
	}
	return have, nil
}

func (c *Config) close() {
	for _, l := range c.labs {
		l.close()
	}
}

// seedOf gives each trial a seed that does not depend on the others.
func seedOf(seed uint64, id string) uint64 {
	h := fnv.New64a()
	fmt.Fprintf(h, "%d %s", seed, id)
	return h.Sum64()
}

// take fills in what the gate says of the row that was changed; for a trial in
// which nothing was changed, of the row that looks worst.
func (t *Trial) take(v *gate.Verdict, kind gate.Kind, name string) error {
	t.Exit, t.Verdict = v.Exit(), v.Line()
	for _, j := range v.Rows {
		if !j.Gated || j.Kind != kind || name != "" && j.Name != name {
			continue
		}
		t.Hit = j.Outcome == gate.Regressed
		t.Change, t.Lo, t.Hi, t.Floor = finite(j.Change), finite(j.Lo), finite(j.Hi), finite(j.Floor)
		if j.P == j.P {
			t.P = j.P
		}
		return nil
	}
	return fmt.Errorf("the verdict has no gated row of %s in %s: %s", name, kind, v.Line())
}

// finite keeps what JSON can hold.
func finite(v float64) float64 {
	const most = 1e9
	if v != v {
		return 0
	}
	return max(-most, min(most, v))
}

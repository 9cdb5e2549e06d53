package duel

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// What the parts of a comparison take on a machine of two processors, roughly: it
// is for a plan, and nothing depends on it.
const (
	checkOutTime = 2 * time.Second
	buildTime    = 15 * time.Second // with an empty cache
	linkTime     = 400 * time.Millisecond
	onceTime     = 5 * time.Second
	countTime    = 1200 * time.Millisecond // both runs of one side
	runTime      = 30 * time.Millisecond
	plannedRows  = 30
)

// Plan says what Run would do and how long it would take at most.
func (c *Config) Plan(ctx context.Context) string {
	var b strings.Builder
	var whole time.Duration
	line := func(d time.Duration, format string, args ...any) {
		whole += d
		fmt.Fprintf(&b, "%8s  %s\n", d.Round(time.Second), fmt.Sprintf(format, args...))
	}
	for _, rev := range []string{c.Base, c.Head} {
		commit, ok := Resolve(ctx, c.Root, rev)
		if !ok {
			commit = "no such revision"
		}
		line(checkOutTime, "check out %s (%s)", rev, commit)
	}
	host := 0
	for _, p := range c.Packages {
		line(2*(buildTime+onceTime), "build %s of both and run it once", p.Path)
		if !p.Exact {
			host++
			line(time.Duration(2*c.Layouts)*linkTime, "link %s in %d layouts a side", p.Path, c.Layouts)
		}
	}
	if c.Valgrind != "" && host > 0 {
		line(2*plannedRows*countTime, "count instructions of about %d benchmarks of both", plannedRows)
	}
	if host > 0 {
		d := max(c.Budget-whole, minRounds*plannedRows*time.Duration(2*c.Layouts)*runTime)
		line(d, "at most: interleaved rounds in random order, %d binaries, %d ms a run, at least "+
			"%d rounds", 2*c.Layouts, (blocks * blockTime).Milliseconds(), minRounds)
	}
	fmt.Fprintf(&b, "%8s  at most in all, %.0f minutes; packages whose binaries are the same bytes on "+
		"both\n          sides are not measured\n", whole.Round(time.Second), whole.Minutes())
	return b.String()
}

package power

import (
	"context"
	"fmt"
)

// Kind is a row of the table: trials of one sort.
type Kind struct {
	Name  string
	About string
	// Change says that there is a change to find; otherwise an exit code of 1 is a
	// false alarm.
	Change bool
	Count  int // of trials in the experiment
	run    func(ctx context.Context, c *Config, t *Trial) error
}

// Kinds are all sorts of trials, in the order in which they are run.
var Kinds = []Kind{
	{"exact/same", "the same scenario again", false, 20, runSame},
	{"exact/swap", "two events of the history change places", true, 100, runSwap},
	{"instructions/same", "an unrelated function added", false, 20, runUncounted},
	{"instructions/more", "1.5-10 % more, each in another way", true, 100, runCounted},
	{"host/layouts", "the same source in other layouts", false, 20, runLayouts},
	{"host/function", "an unrelated function added", false, functions, runFunction},
	{"host/slower-5", "5 % slower", true, 40, runSlower("slower-5")},
	{"host/slower-2.5", "2.5 % slower", true, 40, runSlower("slower-2.5")},
	{"host/slower-50", "50 % slower, a control", true, 4, runSlower("slower-50")},
	{recordOne, "a recording, of which the rows below are drawn", false, 1, runRecordOne},
	{recordSet, "a recording of the whole set, likewise", false, 1, runRecordSet},
}

// Kinds that record and judge nothing.
const (
	recordOne = "record/push+pop"
	recordSet = "record/set"
)

// runLayouts compares binaries of one source.
func runLayouts(ctx context.Context, c *Config, t *Trial) error {
	return c.race(ctx, t, "base", false)
}

// runFunction compares with a source that has a function more.
func runFunction(ctx context.Context, c *Config, t *Trial) error {
	return c.race(ctx, t, functionName(t.Index%functions), false)
}

// runSlower returns the trial of a slowdown: its works take turns.
func runSlower(name string) func(context.Context, *Config, *Trial) error {
	return func(ctx context.Context, c *Config, t *Trial) error {
		for _, s := range slowdowns {
			if s.name == name {
				return c.race(ctx, t, name+"-"+works[t.Index%s.works].name, true)
			}
		}
		return fmt.Errorf("there is no slowdown %s", name)
	}
}

package power

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"

	"credence/bench/gate"
)

// Calibration says how much slower the push and pop gets by a chain of
// multiplications: measured once, before the trials, and not counted among them.
type Calibration struct {
	Short, Long             int     // lengths that were measured
	ShortChange, LongChange float64 // by what the time grew, as ratios
}

// Lengths that are measured. What lies between and above is a straight line.
const (
	shortChain = 16
	longChain  = 128
)

// Turns returns the length of the chain that makes the time grow by a ratio, at
// least 1.
func (c *Calibration) Turns(ratio float64) int {
	per := (c.LongChange - c.ShortChange) / float64(c.Long-c.Short)
	return max(1, c.Short+int(math.Round((ratio-c.ShortChange)/per)))
}

// calibrate reads the calibration of all works, by their names, or measures and
// records it.
func (c *Config) calibrate(ctx context.Context) (map[string]Calibration, error) {
	path := filepath.Join(c.Dir, calibrationFile)
	text, err := os.ReadFile(path)
	if err == nil {
		var cal map[string]Calibration
		err := json.Unmarshal(text, &cal)
		for _, w := range works {
			if x := cal[w.name]; err != nil || x.Long <= x.Short || !(x.LongChange > x.ShortChange) {
				return nil, &gate.Problem{File: path, What: "it is no calibration of " + w.name,
					Remedy: "delete it and " + c.Bins}
			}
		}
		return cal, nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	cal := map[string]Calibration{}
	for i := range works {
		if cal[works[i].name], err = c.calibrateWork(ctx, &works[i]); err != nil {
			return nil, err
		}
	}
	if text, err = json.MarshalIndent(cal, "", "\t"); err != nil {
		return nil, err
	}
	return cal, os.WriteFile(path, append(text, '\n'), 0o666)
}

// calibrateWork measures two lengths of a chain.
func (c *Config) calibrateWork(ctx context.Context, w *work) (Calibration, error) {
	cal := Calibration{Short: shortChain, Long: longChain}
	for _, x := range []struct {
		turns  int
		change *float64
	}{{cal.Short, &cal.ShortChange}, {cal.Long, &cal.LongChange}} {
		name := calibrationName(w, x.turns)
		v, err := c.variant(ctx, name)
		if err != nil {
			return cal, err
		}
		c.Step("calibrating: %s", v.What)
		t, twice := Trial{Seed: seedOf(c.Seed, name)}, *c
		twice.Budget *= 2
		if err := twice.race(ctx, &t, name, true); err != nil {
			return cal, err
		}
		*x.change = t.Change
	}
	if !(cal.LongChange > cal.ShortChange) {
		return cal, fmt.Errorf("%d multiplications changed %s by %.3f and %d by %.3f: "+
			"the machine is too noisy to calibrate on", cal.Short, hostLabel, cal.ShortChange, cal.Long,
			cal.LongChange)
	}
	return cal, nil
}

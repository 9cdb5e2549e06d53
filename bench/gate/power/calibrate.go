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
	shortChain = 64
	longChain  = 512
)

// Turns returns the length of the chain that makes the time grow by a ratio, at
// least 1.
func (c *Calibration) Turns(ratio float64) int {
	per := (c.LongChange - c.ShortChange) / float64(c.Long-c.Short)
	return max(1, c.Short+int(math.Round((ratio-c.ShortChange)/per)))
}

// calibrate reads the calibration, or measures and records it.
func (c *Config) calibrate(ctx context.Context) (*Calibration, error) {
	path := filepath.Join(c.Dir, calibrationFile)
	text, err := os.ReadFile(path)
	if err == nil {
		var cal Calibration
		if err := json.Unmarshal(text, &cal); err != nil || cal.Long <= cal.Short ||
			!(cal.LongChange > cal.ShortChange) {
			return nil, &gate.Problem{File: path, What: "it is no calibration", Remedy: "delete it"}
		}
		return &cal, nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	cal := &Calibration{Short: shortChain, Long: longChain}
	for _, x := range []struct {
		turns  int
		change *float64
	}{{cal.Short, &cal.ShortChange}, {cal.Long, &cal.LongChange}} {
		c.Step("calibrating: %d multiplications", x.turns)
		if *x.change, err = c.slowdown(ctx, x.turns); err != nil {
			return nil, err
		}
	}
	if !(cal.LongChange > cal.ShortChange) {
		return nil, fmt.Errorf("%d multiplications changed %s by %.3f and %d by %.3f: "+
			"the machine is too noisy to calibrate on", cal.Short, hostLabel, cal.ShortChange, cal.Long,
			cal.LongChange)
	}
	if text, err = json.Marshal(cal); err != nil {
		return nil, err
	}
	return cal, os.WriteFile(path, append(text, '\n'), 0o666)
}

// slowdown measures what a chain does.
func (c *Config) slowdown(ctx context.Context, turns int) (float64, error) {
	out, err := c.compare(ctx, c.Seed+uint64(turns), func(dir string) error {
		return insert(dir, hostSite, chain(turns), dragVars)
	}, hostBench, c.Budget)
	if err != nil {
		return 0, err
	}
	v, err := gate.Judge(out.Base, out.Head, gate.Options{Seed: c.Seed})
	if err != nil {
		return 0, err
	}
	var t Trial
	err = t.take(v, gate.Host, hostBench)
	return t.Change, err
}

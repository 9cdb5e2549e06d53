package power

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// What binaries and trials take on a machine of two processors, roughly: it is for a
// plan, and nothing depends on it.
const (
	linkTime    = 400 * time.Millisecond
	countedTime = 8 * time.Second
	exactTime   = 200 * time.Millisecond
	overhead    = 500 * time.Millisecond // of a trial of host time beside its rounds
)

// Plan says which binaries and trials are missing and how long they take, roughly
// and at most.
func (c *Config) Plan() (string, error) {
	trials, err := Trials(c.Dir)
	if err != nil {
		return "", err
	}
	have := map[string]bool{}
	rev := c.Rev
	for i := range trials {
		have[trials[i].id()] = true
		rev = trials[i].Commit
	}
	var b strings.Builder
	before, within := 0, 0
	for _, v := range variants() {
		if _, err := os.Stat(filepath.Join(c.Bins, rev, v.name+".json")); err == nil && rev != "" {
			continue
		}
		if v.measured {
			within += v.layouts
		} else {
			before += v.layouts
		}
	}
	whole := time.Duration(within) * linkTime
	if _, err := os.Stat(filepath.Join(c.Dir, calibrationFile)); err != nil {
		whole += 4 * time.Duration(len(works)) * c.each("host/")
	}
	fmt.Fprintf(&b, "%10s  beforehand: -build, %d binaries\n", (time.Duration(before) * linkTime).
		Round(time.Second), before)
	fmt.Fprintf(&b, "%10s  calibration, and %d binaries of slowdowns\n", whole.Round(time.Second), within)
	for _, k := range Kinds {
		missing := 0
		for i := range c.Counts[k.Name] {
			if t := (Trial{Kind: k.Name, Index: i}); !have[t.id()] {
				missing++
			}
		}
		d := time.Duration(missing) * c.each(k.Name)
		whole += d
		fmt.Fprintf(&b, "%10s  %-18s %3d of %3d trials missing\n", d.Round(time.Second), k.Name, missing,
			c.Counts[k.Name])
	}
	fmt.Fprintf(&b, "%10s  in all, without -build\n", whole.Round(time.Second))
	return b.String(), nil
}

// each returns how long a trial of a kind takes at most, roughly.
func (c *Config) each(kind string) time.Duration {
	switch group, _, _ := strings.Cut(kind, "/"); {
	case kind == recordOne:
		return c.Record + overhead
	case kind == recordSet:
		return c.RecordSet + 10*time.Second
	case group == "host":
		return c.Budget + overhead
	case group == "instructions":
		return countedTime
	}
	return exactTime
}

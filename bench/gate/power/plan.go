package power

import (
	"fmt"
	"strings"
	"time"
)

// Plan says which trials are missing and how long they take, roughly.
func (c *Config) Plan() (string, error) {
	trials, err := Trials(c.Dir)
	if err != nil {
		return "", err
	}
	have := map[string]bool{}
	for i := range trials {
		have[trials[i].id()] = true
	}
	var b strings.Builder
	var whole time.Duration
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
	fmt.Fprintf(&b, "%10s  in all\n", whole.Round(time.Second))
	return b.String(), nil
}

// each returns how long a trial of a kind takes at most, roughly.
func (c *Config) each(kind string) time.Duration {
	switch group, _, _ := strings.Cut(kind, "/"); group {
	case "host":
		return c.Budget + 2*time.Second
	case "set":
		return c.SetBudget + 10*time.Second
	case "instructions":
		return 6 * time.Second
	}
	return time.Second
}

package main

import (
	"fmt"
	"os"
	"runtime/debug"
	"runtime/pprof"
)

// repeat does c.ops operations of each chosen row, with nothing around them, for
// a profiler or an instruction counter to watch. It is an error if one of them
// went wrong.
func repeat(c config) error {
	if c.profile != "" {
		f, err := os.Create(c.profile)
		if err != nil {
			return err
		}
		defer f.Close()
		if err := pprof.StartCPUProfile(f); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	for _, r := range c.rows {
		e := r.build()
		wrong, err := r.repeat(e, c)
		e.close()
		if err != nil {
			return err
		}
		if wrong != 0 {
			return fmt.Errorf("%s: %d of %d operations gave a wrong result", r.name(), wrong, c.ops)
		}
	}
	return nil
}

// repeat does c.ops operations of r with ends e, after those that warm it up.
func (r *row) repeat(e ends, c config) (wrong int, err error) {
	if !r.collects {
		defer debug.SetGCPercent(debug.SetGCPercent(-1))
	}
	if e.b == nil {
		return e.a(r.warm) + e.a(c.ops), nil
	}
	if err := c.chooseCPUs(c.cpuList); err != nil {
		return 0, err
	}
	p, err := newPair(c.cpus)
	if err != nil {
		return 0, err
	}
	defer p.close()
	_, wrong = p.timed(e, r.warm, c.ops)
	return wrong, nil
}

package engine

import (
	"context"
	"os/exec"
	"path/filepath"
	"time"
)

// process runs a command for a slice's budget. It ends when the command does, the
// budget is used up, ctx ends, or done reports true, which is asked now and then.
// asked says that it was this function that ended it. What it prints goes to the
// slice's log.
func (s *slice) process(ctx context.Context, c *exec.Cmd, stop func(), done func() bool) (
	asked bool, err error) {
	s.log.end = nil
	c.Stdout, c.Stderr = &s.log, &s.log
	if err := c.Start(); err != nil {
		return false, err
	}
	ended := make(chan error, 1)
	go func() { ended <- c.Wait() }()
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	start := time.Now()
	for {
		select {
		case err := <-ended:
			s.spent = c.ProcessState.UserTime() + c.ProcessState.SystemTime()
			return asked || ctx.Err() != nil, err
		case <-tick.C:
		}
		s.watch()
		if !asked && (s.budget > 0 && time.Since(start) >= s.budget || done()) {
			asked = true
			stop()
		}
	}
}

// newFiles returns the files of a folder that are not in old, and adds them.
func newFiles(dir string, old map[string]bool) (list []string) {
	files, _ := filepath.Glob(filepath.Join(dir, "*"))
	for _, file := range files {
		if !old[file] {
			old[file] = true
			list = append(list, file)
		}
	}
	return list
}

// enough returns a function that reports whether the slice has executed as many
// inputs as it may, for engines that do not count for us.
func (s *slice) enough() func() bool {
	before := s.executed()
	return func() bool { return s.count > 0 && s.executed()-before >= s.count }
}

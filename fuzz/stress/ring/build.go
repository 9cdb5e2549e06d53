package ring

import (
	"errors"
	"fmt"
	"os/exec"
	"strings"
)

// Package is what a helper is built from.
const Package = "./fuzz/stress/helper"

// Build is how a helper is built.
type Build struct {
	// Race has the race detector watch, which takes a C compiler. Noise has atomic
	// operations yield.
	Race, Noise bool
}

// Tags returns the build tags. The core's own checks are in where the race
// detector is not: their counters order what nothing else does.
func (b Build) Tags() string {
	var tags []string
	if !b.Race {
		tags = append(tags, "invariants")
	}
	if b.Noise {
		tags = append(tags, "explore")
	}
	return strings.Join(tags, ",")
}

// Flags returns the other flags of go build.
func (b Build) Flags() []string {
	if b.Race {
		return []string{"-race"}
	}
	return nil
}

// Possible returns an error that says what is missing for the build.
func (b Build) Possible() error {
	if !b.Race {
		return nil
	}
	out, err := exec.Command("go", "env", "CC").Output()
	if err != nil {
		return fmt.Errorf("go env CC: %w", err)
	}
	cc, _, _ := strings.Cut(strings.TrimSpace(string(out)), " ")
	if cc == "" {
		return errors.New("the race detector needs a C compiler, and CC names none")
	}
	if _, err := exec.LookPath(cc); err != nil {
		return fmt.Errorf("the race detector needs a C compiler, and there is no %s: "+
			"install gcc or clang, or set CC", cc)
	}
	return nil
}

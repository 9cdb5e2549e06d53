package mutate

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// Fate is what became of a mutant.
type Fate string

// The fates.
const (
	Killed    Fate = "killed"
	Lived     Fate = "lived"
	TimedOut  Fate = "timed out"
	NotViable Fate = "not viable" // it does not compile
)

// Result is a mutant's fate.
type Result struct {
	ID       string  `json:"id"`
	Operator string  `json:"operator"`
	Place    string  `json:"place"`
	Fate     Fate    `json:"fate"`
	By       string  `json:"by,omitempty"` // the stage that killed it
	Seconds  float64 `json:"seconds"`
	Why      string  `json:"why,omitempty"` // it is equivalent, if it lived
}

// Stage is one look at a mutant: a command that the go command builds, which
// fails if it sees the change.
type Stage struct {
	Name string
	// Args follow go; %O stands for the overlay, %T for a folder of its own.
	Args []string
	// Then runs what Args built, if it is not empty.
	Then []string
	// Most is how long it may take: beyond, it sees a change that hangs.
	Most time.Duration
}

// Judge looks at the mutants of one package.
type Judge struct {
	Root    string // of a copy of the module's tracked files
	Package *Package
	Stages  []Stage
}

// Try has the stages look at m, in their order, until one sees it. An error says
// that the tools do not work.
func (j *Judge) Try(ctx context.Context, m *Mutant) (Result, error) {
	r := Result{ID: m.ID, Operator: m.Operator, Place: m.String(), Fate: Lived}
	began := time.Now()
	dir, err := os.MkdirTemp("", "mutant")
	if err != nil {
		return r, err
	}
	defer os.RemoveAll(dir)
	overlay, err := j.overlay(dir, m)
	if err != nil {
		return r, err
	}
	if out, err := j.run(ctx, time.Minute, dir, "go", "build", "-overlay", overlay, "./"+j.Package.Dir); err != nil {
		if !strings.HasPrefix(string(out), "# ") {
			return r, fmt.Errorf("go build: %w\n%s", err, out)
		}
		r.Fate = NotViable
		return r, ctx.Err()
	}
	for _, s := range j.Stages {
		fate, err := j.look(ctx, s, dir, overlay)
		if err != nil {
			return r, fmt.Errorf("%s: %w", s.Name, err)
		}
		if fate != Lived {
			r.Fate, r.By = fate, s.Name
			break
		}
	}
	r.Seconds = time.Since(began).Seconds()
	return r, ctx.Err()
}

// overlay writes the changed file and the go command's note of it.
func (j *Judge) overlay(dir string, m *Mutant) (string, error) {
	changed := filepath.Join(dir, "changed.go")
	if err := os.WriteFile(changed, m.Source(j.Package.Text(m.File)), 0o644); err != nil {
		return "", err
	}
	note, err := json.Marshal(map[string]map[string]string{
		"Replace": {filepath.Join(j.Root, filepath.FromSlash(m.File)): changed},
	})
	if err != nil {
		return "", err
	}
	file := filepath.Join(dir, "overlay.json")
	return file, os.WriteFile(file, note, 0o644)
}

// look runs one stage.
func (j *Judge) look(ctx context.Context, s Stage, dir, overlay string) (Fate, error) {
	fill := func(args []string) []string {
		out := make([]string, len(args))
		for i, a := range args {
			out[i] = strings.NewReplacer("%O", overlay, "%T", dir).Replace(a)
		}
		return out
	}
	steps := [][]string{append([]string{"go"}, fill(s.Args)...)}
	if len(s.Then) > 0 {
		steps = append(steps, fill(s.Then))
	}
	for i, step := range steps {
		out, err := j.run(ctx, s.Most, dir, step[0], step[1:]...)
		switch {
		case err == nil:
			continue
		case ctx.Err() != nil:
			return Lived, ctx.Err()
		case errors.Is(err, errLate) || bytes.Contains(out, []byte("panic: test timed out")):
			return TimedOut, nil
		case i < len(steps)-1 || bytes.Contains(out, []byte("[build failed]")):
			return Lived, fmt.Errorf("%s: %w\n%s", strings.Join(step, " "), err, out)
		}
		return Killed, nil
	}
	return Lived, nil
}

var errLate = errors.New("took too long")

// run runs a command in the copy, with all its descendants in a group that ends
// with it.
func (j *Judge) run(ctx context.Context, most time.Duration, dir, name string, args ...string) ([]byte, error) {
	limited, cancel := context.WithTimeout(ctx, most)
	defer cancel()
	cmd := exec.CommandContext(limited, name, args...)
	cmd.Dir = j.Root
	cmd.Env = append(os.Environ(), "TMPDIR="+dir)
	group(cmd)
	out, err := cmd.CombinedOutput()
	if limited.Err() != nil && ctx.Err() == nil {
		return out, errLate
	}
	return out, err
}

func readFile(name string) ([]byte, error) { return os.ReadFile(name) }

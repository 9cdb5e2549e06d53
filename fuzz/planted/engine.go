package planted

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// engine hunts a plant in a tree. It returns nil if it found nothing within its
// share of the budget.
type engine struct {
	name string
	// pkg and tags are what is built.
	pkg, tags string
	// first is its share the first time; each further time it is twice as long.
	first time.Duration
	hunt  func(ctx context.Context, h *Hunt, x *turn) (*catch, error)
}

// turn is one time that an engine has for a plant.
type turn struct {
	program, tree, id string
	files             []string // that the plant changes
	round             int
	budget            time.Duration
	seed              uint64
}

// The engines.
var (
	campaigner = engine{"sequence", "./fuzz/cmd/schedfuzz", "invariants", 5 * time.Second, hunt}
	parts      = engine{"parts", "./fuzz/cmd/schedfuzz", "invariants", 2 * time.Second, takeApart}
	weaver     = engine{"weave", "./fuzz/weave/helper", "explore", 8 * time.Second, weave}
	explorer   = engine{"explore", "./fuzz/explore/helper", "explore", 20 * time.Second, explore}
	stresser   = engine{"stress", "./fuzz/cmd/schedfuzz", "invariants", 10 * time.Second, stress}
	// What the core's own checks hide shows without them: they look, and stop.
	bare      = engine{"bare", "./fuzz/cmd/schedfuzz", "", 5 * time.Second, hunt}
	bareParts = engine{"bare-parts", "./fuzz/cmd/schedfuzz", "", 2 * time.Second, takeApart}
)

// alone are the parts of package target, by what stands in the files that they take
// alone.
var alone = []struct{ prefix, part string }{
	{"core/spsc/", "spsc"}, {"core/credit/", "credit"}, {"core/fence/", "fence"},
	{"core/sched/resv", "resv"}, {"core/sched/bulk", "resv"}, {"hwmock/des/", "wheel"},
	{"hwmock/device/slots", "slots"}, {"hwmock/device/bind", "slots"}, {"hwmock/device/", "device"},
	{"core/sched/readytree", "crowd"}, {"core/sched/turns", "crowd"}, {"core/sched/runqueue", "crowd"},
}

// partsOf returns the parts that have to do with files.
func partsOf(files []string) (list []string) {
	for _, a := range alone {
		if slices.ContainsFunc(files, func(f string) bool { return strings.HasPrefix(f, a.prefix) }) &&
			!slices.Contains(list, a.part) {
			list = append(list, a.part)
		}
	}
	return list
}

// engines returns the engines in the order in which they take turns for p: who is
// likely to find it goes first.
func engines(p *Patch) []engine {
	list := []engine{campaigner, parts, weaver, explorer, bare, bareParts, stresser}
	switch {
	case p.Kind == Interleaving || p.Kind == DataRace:
		return []engine{weaver, explorer, stresser, campaigner, parts, bare, bareParts}
	case len(partsOf(p.Files)) > 0:
		list[0], list[1] = list[1], list[0]
	}
	return list
}

// grace is how much longer than its budget an engine may take to come to an end.
const grace = 30 * time.Second

// hunt runs a campaign that ends at its first find.
func hunt(ctx context.Context, h *Hunt, x *turn) (*catch, error) {
	ctx, cancel := context.WithTimeout(ctx, x.budget+grace)
	defer cancel()
	out, err := output(command(ctx, x.tree, x.program, "run", "-first", "-json", "-ledger", "none",
		"-budget", x.budget.String(), "-seed", strconv.FormatUint(x.seed, 10),
		"-dir", filepath.Join(h.Finds, x.id)))
	var f struct {
		Invariant, File string
		Ops             int
	}
	if first(out, &f) {
		return &catch{f.Ops, f.Invariant, f.File}, nil
	}
	return nil, err
}

// takeApart hunts in one part after the other, at first in those that have to do with
// what the plant changes.
func takeApart(ctx context.Context, _ *Hunt, x *turn) (*catch, error) {
	args := []string{"parts", "-json", "-budget", x.budget.String(),
		"-seed", strconv.FormatUint(x.seed, 10)}
	if x.round == 0 {
		args = append(args, partsOf(x.files)...)
	}
	return oneLine(ctx, x, args...)
}

// weave plays random programs under random interleavings.
func weave(ctx context.Context, _ *Hunt, x *turn) (*catch, error) {
	return oneLine(ctx, x, "-json", "-budget", x.budget.String(),
		"-seed", strconv.FormatUint(x.seed, 10))
}

// stress runs goroutines under the race detector. Where that cannot be built it
// finds nothing.
func stress(ctx context.Context, _ *Hunt, x *turn) (*catch, error) {
	c, err := oneLine(ctx, x, "stress", "-race", "-first", "-json", "-seed",
		strconv.FormatUint(x.seed, 10), "-seconds", fmt.Sprintf("%.0f", max(1, x.budget.Seconds())))
	if exit, ok := errors.AsType[*exec.ExitError](err); ok && exit.ExitCode() == inconclusive {
		return nil, nil
	}
	return c, err
}

// inconclusive is what our programs end with if the machine has failed them.
const inconclusive = 3

// oneLine runs a program that prints what it found in one line.
func oneLine(ctx context.Context, x *turn, args ...string) (*catch, error) {
	ctx, cancel := context.WithTimeout(ctx, x.budget+grace)
	defer cancel()
	out, err := output(command(ctx, x.tree, x.program, args...))
	var f struct {
		Invariant, Repro string
		Ops              int
	}
	if first(out, &f) {
		return &catch{f.Ops, f.Invariant, f.Repro}, nil
	}
	return nil, err
}

// first reads the first line of what a program printed.
func first(out []byte, f any) bool {
	return json.Unmarshal(bytes.SplitN(out, []byte("\n"), 2)[0], f) == nil
}

// downed is a process that the bug has brought down.
type downed struct{ what string }

func (d downed) Error() string { return d.what }

// output runs c and returns what it printed. That it came to no good end by itself
// is an error: a downed one if the bug can have done it.
func output(c *exec.Cmd) ([]byte, error) {
	var stderr bytes.Buffer
	c.Stderr = &stderr
	out, err := c.Output()
	if err != nil {
		err = crashed(err, stderr.String())
	}
	return out, err
}

// crashed tells what brings a process down, which is a find, from what is wrong
// with the machine.
func crashed(err error, stderr string) error {
	for line := range strings.Lines(stderr) {
		for _, what := range []string{"fatal error: ", "panic: "} {
			if text, ok := strings.CutPrefix(line, what); ok {
				return downed{strings.TrimSpace(text)}
			}
		}
	}
	last := strings.TrimSpace(stderr)
	if i := strings.LastIndexByte(last, '\n'); i >= 0 {
		last = last[i+1:]
	}
	return fmt.Errorf("%w: %s", err, last)
}

// explore plays the scenarios until one ends otherwise than expected.
func explore(ctx context.Context, _ *Hunt, x *turn) (*catch, error) {
	ctx, cancel := context.WithTimeout(ctx, x.budget)
	defer cancel()
	c := command(ctx, x.tree, x.program, "-json", "-budget", (x.budget / 4).String())
	var stderr bytes.Buffer
	c.Stderr = &stderr
	out, err := c.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := c.Start(); err != nil {
		return nil, err
	}
	found := readExplored(bufio.NewReader(out), cancel)
	err = c.Wait()
	switch exit, ok := err.(*exec.ExitError); {
	case found != nil, ctx.Err() != nil, err == nil:
		return found, nil
	case ok && exit.ExitCode() == inconclusive && stderr.Len() == 0:
		return nil, nil // Some scenario was not played to its end.
	}
	return nil, crashed(err, stderr.String())
}

// readExplored reads results, a line each, up to the first that is a find.
func readExplored(r *bufio.Reader, stop func()) *catch {
	for {
		line, err := r.ReadBytes('\n')
		if err != nil {
			return nil
		}
		var x struct {
			Program, Verdict, Schedule string
			Trace                      *struct{ Steps []json.RawMessage }
			OK                         bool
		}
		if json.Unmarshal(line, &x) != nil || x.OK || x.Verdict == "pass" {
			continue
		}
		stop()
		c := &catch{invariant: x.Verdict,
			repro: fmt.Sprintf("explore -schedule '%s' '%s'", x.Schedule, x.Program)}
		if x.Trace != nil {
			c.ops = len(x.Trace.Steps)
		}
		return c
	}
}

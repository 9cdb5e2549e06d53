package planted

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// The engines.
var (
	campaigner = engine{"sequence", "./fuzz/cmd/schedfuzz", "invariants", hunt}
	explorer   = engine{"explore", "./fuzz/explore/helper", "explore", explore}
)

// grace is how much longer than its budget an engine may take to come to an end.
const grace = 30 * time.Second

// hunt runs a campaign that ends at its first find.
func hunt(ctx context.Context, h *Hunt, program, tree, id string, budget time.Duration) (
	*catch, error) {
	ctx, cancel := context.WithTimeout(ctx, budget+grace)
	defer cancel()
	c := command(ctx, tree, program, "run", "-first", "-json", "-ledger", "none",
		"-budget", budget.String(), "-seed", strconv.FormatUint(h.Seed, 10),
		"-dir", filepath.Join(h.Finds, id))
	var stderr bytes.Buffer
	c.Stderr = &stderr
	out, err := c.Output()
	var f struct {
		Invariant, File string
		Ops             int
	}
	if json.Unmarshal(bytes.SplitN(out, []byte("\n"), 2)[0], &f) == nil {
		return &catch{f.Ops, f.Invariant, f.File}, nil
	}
	if err != nil {
		return crashed(err, stderr.String())
	}
	return nil, nil
}

// crashed tells what brings a process down, which is a find, from what is wrong
// with the machine.
func crashed(err error, stderr string) (*catch, error) {
	for line := range strings.Lines(stderr) {
		for _, what := range []string{"fatal error: ", "panic: "} {
			if text, ok := strings.CutPrefix(line, what); ok {
				return &catch{invariant: "crash", repro: strings.TrimSpace(text)}, nil
			}
		}
	}
	last := strings.TrimSpace(stderr)
	if i := strings.LastIndexByte(last, '\n'); i >= 0 {
		last = last[i+1:]
	}
	return nil, fmt.Errorf("%w: %s", err, last)
}

// explore plays the scenarios until one ends otherwise than expected.
func explore(ctx context.Context, _ *Hunt, program, tree, _ string, budget time.Duration) (
	*catch, error) {
	ctx, cancel := context.WithTimeout(ctx, budget)
	defer cancel()
	c := command(ctx, tree, program, "-json", "-budget", (budget / 4).String())
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
	case ok && exit.ExitCode() == 3 && stderr.Len() == 0:
		return nil, nil // Some scenario was not played to its end.
	}
	return crashed(err, stderr.String())
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

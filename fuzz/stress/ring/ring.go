// Package ring plays bouts of package stress in a process of their own, and goes
// on in a new one whenever a bout ends it: by a finding, by a report of the race
// detector, by a panic of the core, or because it hung. Each of these is a Find.
//
// It refuses to call a machine's failure a bug: a process that ends in a way that
// says nothing about a bout is an error.
package ring

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"credence/fuzz/stress"
)

// MaxFinds is how many different finds end the bouts: somebody has to look.
const MaxFinds = 50

// Config says what is played.
type Config struct {
	Program string   // the helper, as Build makes it
	Dir     string   // where it runs
	Repro   string   // the words that Find.Repro begins with
	Parts   []string // none for all
	Seed    uint64
	// Bouts is how many of each part, 0 for no limit, and For how long, 0 for ever.
	Bouts int
	For   time.Duration
	Again int // how often each bout is played; 1 or more
	First bool
	// Found is called for each find of a class that was not found before; nil for
	// nobody.
	Found func(*Find)
}

// Find is what a bout found, as it is printed.
type Find struct {
	Class     string  `json:"find"` // part, invariant, and where
	Invariant string  `json:"invariant"`
	Seconds   float64 `json:"seconds"` // from the beginning
	Repro     string  `json:"repro"`   // a command
	Message   string  `json:"message"`
	// Report is what the process had to say, cut to a limit.
	Report string `json:"report,omitempty"`
}

// Result is what was played.
type Result struct {
	Bouts      int
	Operations int64
	Finds      []*Find
	Repeats    int // finds of a class that was known
	Elapsed    time.Duration
}

// The names that stand for an invariant where the process did not come to name one.
const (
	Race  = "data-race"
	Panic = "panic"
)

// Run plays until it is done, ctx ends, or there are MaxFinds.
func Run(ctx context.Context, c Config) (*Result, error) {
	x := &ring{Config: c, start: time.Now(), known: map[string]bool{}}
	seed, left := c.Seed, c.Bouts
	for {
		last, err := x.round(ctx, seed, left)
		x.result.Elapsed = time.Since(x.start)
		if err != nil || last == nil || ctx.Err() != nil || c.First && len(x.result.Finds) > 0 ||
			len(x.result.Finds) >= MaxFinds || c.For > 0 && x.result.Elapsed >= c.For {
			return &x.result, err
		}
		// What is left of the seed's other parts is left out.
		if left > 0 {
			if left -= int(last.Seed-seed) + 1; left == 0 {
				return &x.result, nil
			}
		}
		seed = last.Seed + 1
	}
}

type ring struct {
	Config
	result Result
	start  time.Time
	known  map[string]bool
}

// round plays in one process, and returns the line of the bout that ended it, or
// nil if it did what it was told to.
func (x *ring) round(ctx context.Context, seed uint64, bouts int) (*stress.Line, error) {
	args := []string{"-seed", strconv.FormatUint(seed, 10), "-bouts", strconv.Itoa(bouts),
		"-again", strconv.Itoa(max(1, x.Again))}
	if x.For > 0 {
		args = append(args, "-for", max(x.For-time.Since(x.start), time.Millisecond).String())
	}
	cmd := exec.CommandContext(ctx, x.Program, append(args, x.Parts...)...)
	cmd.Dir = x.Dir
	cmd.Env = append(os.Environ(), "GORACE=halt_on_error=1 atexit_sleep_ms=0")
	cmd.WaitDelay = time.Second
	var stderr tail
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	last, readErr := readLines(out)
	err = cmd.Wait()
	x.result.Bouts += last.Bouts
	x.result.Operations += last.Operations
	switch {
	case ctx.Err() != nil:
		return nil, nil
	case readErr != nil:
		return nil, fmt.Errorf("%s said what cannot be read: %w", x.Program, readErr)
	case err == nil && last.Part == "" && last.Invariant == "":
		return nil, nil
	}
	f, err := judge(last, stderr.String(), err)
	if err != nil {
		return nil, err
	}
	x.found(f, last)
	return last, nil
}

func (x *ring) found(f *Find, l *stress.Line) {
	f.Seconds = math.Round(time.Since(x.start).Seconds()*1000) / 1000
	f.Repro = fmt.Sprintf("%s -seed %d -programs 1 -again 1000 %s", x.Repro, l.Seed, l.Part)
	if x.known[f.Class] {
		x.result.Repeats++
		return
	}
	x.known[f.Class] = true
	x.result.Finds = append(x.result.Finds, f)
	if x.Found != nil {
		x.Found(f)
	}
}

// readLines returns the last line.
func readLines(r io.Reader) (*stress.Line, error) {
	last := new(stress.Line)
	for d := json.NewDecoder(r); ; {
		var l stress.Line
		switch err := d.Decode(&l); {
		case errors.Is(err, io.EOF):
			return last, nil
		case err != nil:
			_, _ = io.Copy(io.Discard, r)
			return last, err
		}
		last = &l
	}
}

// judge makes a find of how a process ended, or an error if that says nothing
// about a bout.
func judge(l *stress.Line, stderr string, err error) (*Find, error) {
	f := &Find{Invariant: l.Invariant, Message: l.Message, Report: stderr}
	if f.Invariant == "" {
		var ok bool
		if f.Invariant, f.Message, ok = cause(stderr); !ok || l.Part == "" {
			return nil, fmt.Errorf("the process ended without a word of its own: %w: %s", err,
				strings.TrimSpace(stderr))
		}
	}
	f.Class = l.Part + "/" + f.Invariant
	if at := place(f.Invariant, stderr); at != "" {
		f.Class += "/" + at
	}
	return f, nil
}

// cause finds out what brought a process down.
func cause(stderr string) (invariant, message string, ok bool) {
	for line := range strings.Lines(stderr) {
		line = strings.TrimSpace(line)
		if line == "WARNING: DATA RACE" {
			return Race, "the race detector reports", true
		}
		for _, what := range []string{"panic: ", "fatal error: "} {
			if text, cut := strings.CutPrefix(line, what); cut {
				return Panic, strings.TrimSuffix(text, " [recovered, repanicked]"), true
			}
		}
	}
	return "", "", false
}

// core is what a function of the core begins with in a stack.
const core = "credence/core/"

// place names the function of the core that a report or a panic is about: the
// innermost, and for a race the other side's too. A hang is nowhere.
func place(invariant, stderr string) string {
	want := map[string]int{Race: 2, Panic: 1}[invariant]
	var list []string
	seen := false // of this stack
	for line := range strings.Lines(stderr) {
		if len(list) == want {
			break
		}
		// Stacks are separated by empty lines; that of a goroutine's creation says
		// nothing.
		line = strings.TrimSpace(line)
		if line == "" {
			seen = false
			continue
		}
		name, ok := strings.CutPrefix(line, core)
		if !ok || seen || strings.Contains(line, "invariant.Fail") {
			continue
		}
		if i := strings.LastIndexByte(name, '('); i > 0 {
			name = name[:i]
		}
		list, seen = append(list, name), true
	}
	return strings.Join(list, "+")
}

// tail keeps the beginning of what is written, up to a limit.
type tail struct{ bytes.Buffer }

const maxReport = 1 << 18

// Write keeps what there is room for.
func (t *tail) Write(p []byte) (int, error) {
	t.Buffer.Write(p[:min(len(p), max(0, maxReport-t.Len()))])
	return len(p), nil
}

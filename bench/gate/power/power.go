// Package power measures how good the gate is: how often it finds changes that
// are there, and how often it raises an alarm when there are none. Every trial is a
// comparison of its own by the means that a pull request gets (package duel): the
// sources are patched, built, linked anew and measured. Trials are recorded as they
// end, with their seed and raw samples, and none is repeated: the first complete
// run counts.
//
// The package refuses to tune: what the gate's constants are is for runs that are
// not counted.
package power

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"credence/bench/gate"
	"credence/bench/gate/duel"
)

// Config says what to do where.
type Config struct {
	Root string // of the repository
	Dir  string // of the records: trials.jsonl, calibration.json, raw/
	Rev  string // the revision that is patched; "" is that of the trials there are, or HEAD
	// Counts is how many trials each kind gets, by Kind.Name; kinds that are not in
	// it get none. See Counts.
	Counts map[string]int
	Seed   uint64
	// Valgrind counts instructions; needed for the kinds that do.
	Valgrind string
	// Budget is the time of a comparison of one benchmark, SetBudget of the whole set.
	Budget, SetBudget time.Duration
	// Step is told what begins. It may be nil.
	Step func(format string, args ...any)

	labs map[string]*lab // by package; closed at the end of Run
}

// Trial is one comparison with its outcome.
type Trial struct {
	Kind     string        `json:"kind"`
	Index    int           `json:"index"`
	Seed     uint64        `json:"seed"`
	Commit   string        `json:"commit"`
	What     string        `json:"what"`   // what was changed
	Exit     int           `json:"exit"`   // the gate's exit code
	Hit      bool          `json:"hit"`    // the row that was changed is REGRESSED
	Change   float64       `json:"change"` // of that row, as judged
	Lo       float64       `json:"lo"`
	Hi       float64       `json:"hi"`
	P        float64       `json:"p"` // adjusted; -1 without noise
	Floor    float64       `json:"floor"`
	Rounds   int           `json:"rounds"`
	Measured float64       `json:"measured"` // seconds of the rounds
	Seconds  float64       `json:"seconds"`  // with builds
	Verdict  string        `json:"verdict"`
	raw      []gzippedText // files to keep
}

type gzippedText struct{ name, text string }

// Names below Config.Dir.
const (
	trialsFile      = "trials.jsonl"
	calibrationFile = "calibration.json"
	rawDir          = "raw"
	tableFile       = "table.md"
)

// Run does the trials that are missing, in the order of Kinds, and then writes the
// table. It can be interrupted at any time and goes on where it stopped.
func Run(ctx context.Context, c Config) error {
	if c.Step == nil {
		c.Step = func(string, ...any) {}
	}
	have, err := c.begin(ctx)
	if err != nil {
		return err
	}
	c.labs = map[string]*lab{}
	defer func() {
		for _, l := range c.labs {
			l.close()
		}
	}()
	for _, k := range Kinds {
		for i := range c.Counts[k.Name] {
			t := Trial{Kind: k.Name, Index: i, Commit: c.Rev, P: -1}
			t.Seed = seedOf(c.Seed, t.id())
			if have[t.id()] {
				continue
			}
			c.Step("%s, %d of %d", k.Name, i+1, c.Counts[k.Name])
			start := time.Now()
			if err := k.run(ctx, &c, &t); err != nil {
				return fmt.Errorf("%s: %w", t.id(), err)
			}
			t.Seconds = time.Since(start).Seconds()
			if err := c.append(&t); err != nil {
				return err
			}
		}
	}
	return WriteTable(c.Dir)
}

// begin finds out which trials there are, and makes c.Rev the commit that all are of.
func (c *Config) begin(ctx context.Context) (have map[string]bool, err error) {
	if err := os.MkdirAll(filepath.Join(c.Dir, rawDir), 0o777); err != nil {
		return nil, err
	}
	if err := repair(filepath.Join(c.Dir, trialsFile)); err != nil {
		return nil, err
	}
	done, err := Trials(c.Dir)
	if err != nil {
		return nil, err
	}
	rev := c.Rev
	switch {
	case rev == "" && len(done) > 0:
		rev = done[0].Commit
	case rev == "":
		rev = "HEAD"
	}
	commit, ok := duel.Resolve(ctx, c.Root, rev)
	if !ok || rev == duel.WorkingTree {
		return nil, fmt.Errorf("%s is no commit; the experiment patches one", rev)
	}
	c.Rev = commit
	have = map[string]bool{}
	for i := range done {
		have[done[i].id()] = true
		if done[i].Commit != commit {
			return nil, fmt.Errorf("%s has trials of %s and %s is %s: one run is of one commit; "+
				"name that one, or another folder", c.Dir, done[i].Commit, rev, commit)
		}
	}
	return have, nil
}

func (t *Trial) id() string {
	return fmt.Sprintf("%s-%03d", strings.ReplaceAll(t.Kind, "/", "-"), t.Index)
}

// seedOf gives each trial a seed that does not depend on the others.
func seedOf(seed uint64, id string) uint64 {
	h := fnv.New64a()
	fmt.Fprintf(h, "%d %s", seed, id)
	return h.Sum64()
}

// append records a trial: raw samples first, so that a trial that is listed has
// them.
func (c *Config) append(t *Trial) error {
	for _, r := range t.raw {
		path := filepath.Join(c.Dir, rawDir, t.id()+"."+r.name+".gz")
		if err := writeGzip(path, r.text); err != nil {
			return err
		}
	}
	line, err := json.Marshal(t)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(filepath.Join(c.Dir, trialsFile), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o666)
	if err != nil {
		return err
	}
	_, err = f.Write(append(line, '\n'))
	return errors.Join(err, f.Close())
}

func writeGzip(path, text string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	w, _ := gzip.NewWriterLevel(f, gzip.BestCompression)
	_, err = w.Write([]byte(text))
	return errors.Join(err, w.Close(), f.Close())
}

// repair takes away a last line that a crash cut off, so that what follows is not
// joined to it.
func repair(path string) error {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil {
		return err
	}
	return os.Truncate(path, int64(bytes.LastIndexByte(text, '\n')+1))
}

// Trials reads what was recorded in a folder; none is no error. A last line that
// was cut off by a crash is left out, and its trial done again.
func Trials(dir string) ([]Trial, error) {
	path := filepath.Join(dir, trialsFile)
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	defer f.Close()
	var out []Trial
	s := bufio.NewScanner(f)
	for n := 1; s.Scan(); n++ {
		var t Trial
		if err := json.Unmarshal(s.Bytes(), &t); err != nil {
			if !s.Scan() {
				return out, nil
			}
			return nil, &gate.Problem{File: path, Line: n, What: err.Error(), Remedy: "delete the line"}
		}
		out = append(out, t)
	}
	return out, s.Err()
}

// take fills in what the gate says of the row that was changed; for a trial in
// which nothing was changed, of the row that looks worst.
func (t *Trial) take(v *gate.Verdict, kind gate.Kind, name string) error {
	t.Exit, t.Verdict = v.Exit(), v.Line()
	for _, j := range v.Rows {
		if !j.Gated || j.Kind != kind || name != "" && j.Name != name {
			continue
		}
		t.Hit = j.Outcome == gate.Regressed
		t.Change, t.Lo, t.Hi, t.Floor = finite(j.Change), finite(j.Lo), finite(j.Hi), finite(j.Floor)
		if j.P == j.P {
			t.P = j.P
		}
		return nil
	}
	return fmt.Errorf("the verdict has no gated row of %s in %s: %s", name, kind, v.Line())
}

// finite keeps what JSON can hold.
func finite(v float64) float64 {
	const most = 1e9
	if v != v {
		return 0
	}
	return max(-most, min(most, v))
}

package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"reflect"
	"strings"

	"credence/bench/sim"
	"credence/bench/study"
)

// simShardFormat is what the first line of a shard of sim says that it is.
const simShardFormat = "credence-sim-1"

// simShardHead is the first line of a shard's file. Each further line is a
// simShardRow.
type simShardHead struct {
	Format string
	Shard  study.Shard
	Rows   int      // of the whole
	Args   []string // of sim, without -shard
}

// simShardRow is a row of a report.
type simShardRow struct {
	Label, Path string
	Ends        bool
	Result      *sim.Result
}

// runSimShards is runSim for a part of the files, if -shard asks for one.
func runSimShards(ctx context.Context, stdout, stderr io.Writer, args []string) error {
	rest, shard, err := cutShard(args)
	switch {
	case err != nil:
		return usagef("sim: %v; see schedbench sim -h", err)
	case shard == study.Whole:
		return runSim(ctx, stdout, stderr, rest)
	}
	c, err := parseSim(stdout, rest)
	if errors.Is(err, flag.ErrHelp) {
		return nil
	} else if err != nil {
		return err
	}
	if c.trace != nil {
		return usagef("sim: -trace records one run, and -shard is a part of many; leave one out")
	}
	works, err := c.compile()
	if err != nil {
		return err
	}
	var mine []simWork
	for i := shard.Part - 1; i < len(works); i += shard.Of {
		mine = append(mine, works[i])
	}
	report := &simReport{config: c}
	if err := c.simulate(ctx, stderr, mine, report); err != nil {
		return err
	}
	return writeSimShard(stdout, simShardHead{simShardFormat, shard, len(works), rest}, report)
}

// cutShard takes -shard out of a command line of sim.
func cutShard(args []string) (rest []string, shard study.Shard, err error) {
	shard = study.Whole
	for i := 0; i < len(args); i++ {
		name, value, joined := strings.Cut(strings.TrimPrefix(args[i], "-"), "=")
		if name != "-shard" && args[i] != "-shard" && !strings.HasPrefix(args[i], "-shard=") {
			rest = append(rest, args[i])
			continue
		}
		if !joined {
			if i++; i == len(args) {
				return nil, shard, errors.New("flag needs an argument: -shard")
			}
			value = args[i]
		}
		if err := shardOf(&shard)(value); err != nil {
			return nil, shard, fmt.Errorf("invalid value %q for flag -shard: %w", value, err)
		}
	}
	return rest, shard, nil
}

// writeSimShard writes a shard's file, one JSON value a line.
func writeSimShard(w io.Writer, h simShardHead, report *simReport) error {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	err := e.Encode(&h)
	for _, r := range report.rows {
		err = errors.Join(err, e.Encode(&simShardRow{r.label, r.path, r.ends, r.result}))
	}
	if err != nil {
		return fmt.Errorf("sim: %w", err)
	}
	_, err = w.Write(b.Bytes())
	return err
}

// isSimShard reports whether a file begins as a shard of sim does.
func isSimShard(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	head := make([]byte, len(`{"Format":"`+simShardFormat))
	_, err = io.ReadFull(f, head)
	return err == nil && bytes.HasSuffix(head, []byte(simShardFormat))
}

// simPart is a shard as its file has it.
type simPart struct {
	path string
	head simShardHead
	rows []simRow
}

// mergeSim puts a report together of all its shards, in any order, and writes it in
// the format that their command line asked for.
func mergeSim(stdout io.Writer, paths []string) error {
	var parts []*simPart
	for _, path := range paths {
		p, err := readSimShard(path)
		if err != nil {
			return usageError{err.Error()}
		}
		parts = append(parts, p)
	}
	first := parts[0].head
	by := make([]*simPart, first.Shard.Of)
	for _, p := range parts {
		h := p.head
		h.Shard.Part = first.Shard.Part
		at := &by[p.head.Shard.Part-1]
		switch {
		case !reflect.DeepEqual(h, first):
			return usagef("%s:1: not of the same command as %s; give shards of one", p.path, parts[0].path)
		case *at != nil:
			return usagef("%s:1: shard %s is in %s already; give each shard once", p.path, p.head.Shard,
				(*at).path)
		}
		*at = p
	}
	for i, p := range by {
		if p == nil {
			return usagef("shard %d/%d is missing; give all files of the command", i+1, len(by))
		}
	}
	c, err := parseSim(io.Discard, first.Args)
	if err != nil {
		return usagef("%s:1: %v; run schedbench sim -shard again", parts[0].path, err)
	}
	report := &simReport{config: c}
	for i := range first.Rows {
		report.rows = append(report.rows, by[i%len(by)].rows[i/len(by)])
	}
	return c.write(stdout, report)
}

// readSimShard reads one file. Errors begin with path:line and say what to do.
func readSimShard(path string) (*simPart, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("%s: it cannot be read; check the path", path)
	}
	defer f.Close()
	p, n := &simPart{path: path}, 0
	wrong := func(format string, args ...any) error {
		return fmt.Errorf("%s:%d: %s; run schedbench sim -shard again", path, n,
			fmt.Sprintf(format, args...))
	}
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, maxShardLine)
	for lines.Scan() {
		n++
		d := json.NewDecoder(bytes.NewReader(lines.Bytes()))
		d.DisallowUnknownFields()
		if n == 1 {
			h := &p.head
			if err := d.Decode(h); err != nil || h.Format != simShardFormat {
				return nil, wrong("no shard of sim, which begins with %s", simShardFormat)
			}
			if s := h.Shard; s.Of < 1 || s.Of > study.MaxShards || s.Part < 1 || s.Part > s.Of || h.Rows < 1 {
				return nil, wrong("shard %s of %d files cannot be", h.Shard, h.Rows)
			}
			continue
		}
		var r simShardRow
		if err := d.Decode(&r); err != nil || r.Result == nil {
			return nil, wrong("no row of a report")
		}
		p.rows = append(p.rows, simRow{r.Label, r.Path, r.Ends, r.Result})
	}
	if n++; lines.Err() != nil {
		return nil, wrong("%v", lines.Err())
	}
	s := p.head.Shard
	if s.Of == 0 || len(p.rows) != (p.head.Rows+s.Of-s.Part)/s.Of {
		return nil, wrong("the file is cut short")
	}
	return p, nil
}

// maxShardLine bounds a line of a shard's file.
const maxShardLine = 1 << 20

package duel

import (
	"context"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"credence/bench/gate"
	"credence/bench/slope"
	"credence/bench/suite"
)

// Lengths of runs. A block is one b.N, a run some blocks of one process. Short runs
// in a fresh random order beat long ones, because drift cancels within a round, and
// the median of blocks needs half the rounds that the mean or the minimum needs. A
// process costs 11 ms and the testing package 4 ms a block, for its collections:
// with 30 blocks of 1.3 ms, tried first, three quarters of the time went there.
const (
	calibration = 10 * time.Millisecond
	blockTime   = 3 * time.Millisecond
	blocks      = 7
	stepTimeout = 10 * time.Minute
)

// found is a benchmark of one side, with its time.
type found struct {
	name string
	ns   float64
}

// exact runs every benchmark of both sides once. From the packages that simulate
// it records everything; from the others it learns which there are and how long an
// operation takes.
func (d *duel) exact(ctx context.Context) error {
	for _, p := range d.Packages {
		d.identical[p.Path] = !d.Force &&
			sameBytes(d.trees[0].Binary(p.Path, 0), d.trees[1].Binary(p.Path, 0))
		var lists [2][]found
		for i := range d.trees {
			d.Step("running %s of %s once", p.Path, d.trees[i].name)
			out, err := d.trees[i].once(ctx, p, d.Only)
			if err != nil {
				return err
			}
			lists[i] = d.take(out, d.records[i], p.Exact || d.identical[p.Path])
		}
		if !p.Exact && !d.identical[p.Path] {
			d.match(p, lists)
		}
	}
	return nil
}

// Once builds a package in the linker's own order and runs its benchmarks, shortly.
// It returns what they print.
func (t *Tree) Once(ctx context.Context, p suite.Package) (string, error) {
	if err := t.Build(ctx, p.Path, 0); err != nil {
		return "", err
	}
	return t.once(ctx, p, "")
}

// once runs all benchmarks of a package, or only one.
func (t *Tree) once(ctx context.Context, p suite.Package, only string) (string, error) {
	benchtime, pattern := calibration.String(), "."
	if only != "" {
		pattern = slope.Pattern("Benchmark" + only)
	}
	if p.Exact {
		benchtime = "1x"
	}
	return t.execute(ctx, p.Path, t.first, pattern, benchtime, 1)
}

// execute runs a test binary and returns what it prints.
func (t *Tree) execute(ctx context.Context, pkg string, layout int, pattern, benchtime string,
	count int) (string, error) {
	cmd := exec.CommandContext(ctx, t.Binary(pkg, layout), "-test.run=^$", "-test.bench="+pattern,
		"-test.benchtime="+benchtime, "-test.count="+strconv.Itoa(count),
		"-test.timeout="+stepTimeout.String())
	cmd.Dir = t.Folder(pkg)
	cmd.WaitDelay = time.Second
	out, err := cmd.CombinedOutput()
	switch {
	case ctx.Err() != nil:
		return "", ctx.Err()
	case err != nil:
		return "", fmt.Errorf("%s of %s: %w\n%s", pkg, t.name, err, tail(string(out)))
	}
	return string(out), nil
}

// tail is as much of a child's output as an error message can hold.
func tail(out string) string {
	const most = 2000
	out = strings.TrimSpace(out)
	return out[max(0, len(out)-most):]
}

// take reads a run's output: it returns what was measured, and records the lines
// if they are to be kept.
func (d *duel) take(out string, r *record, keep bool) []found {
	var list []found
	for line := range strings.SplitSeq(out, "\n") {
		line = strings.TrimRight(line, "\r")
		f := strings.Fields(line)
		key, value, isKey := strings.Cut(line, ": ")
		switch {
		case len(f) >= 4 && strings.HasPrefix(f[0], "Benchmark"):
			name := suite.TrimProcs(strings.TrimPrefix(f[0], "Benchmark"))
			if d.Bench != nil && !d.Bench.MatchString(name) {
				continue
			}
			ns, _ := strconv.ParseFloat(f[2], 64)
			list = append(list, found{name, ns})
			if keep {
				r.result(line)
			}
		case isKey && (key == "goos" || key == "goarch" || key == "pkg" || key == "cpu"):
			r.key(key, value)
		case keep && strings.HasPrefix(line, "Unit "):
			r.raw(line)
		}
	}
	return list
}

// match notes the benchmarks that both sides have and whose time is judged.
func (d *duel) match(p suite.Package, lists [2][]found) {
	head := map[string]float64{}
	for _, f := range lists[1] {
		head[f.name] = f.ns
	}
	for _, f := range lists[0] {
		row := gate.Row{Pkg: modulePath + "/" + p.Path, Name: f.name, Unit: "sec/op"}
		limit := d.Limits.Of(row, gate.Host)
		ns, both := head[f.name]
		switch {
		case !both:
			d.notes = append(d.notes, f.name+" is missing in head")
		case limit != nil && !limit.Off:
			b := &bench{pkg: p, name: f.name, limit: limit.Ratio}
			b.n = max(1, int(float64(blockTime.Nanoseconds())/max(min(f.ns, ns), 0.1)))
			for i := range b.series {
				b.series[i] = &gate.Series{Row: row, Kind: gate.Host, Better: -1}
			}
			d.benches = append(d.benches, b)
		}
	}
}

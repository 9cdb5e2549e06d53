package gate

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/perf/benchfmt"
)

// Benchstat returns benchstat's own table of what was compared: the rows of both
// sides that are judged, and of the exact ones those that changed. Rows that one side lacks
// are left out, so that its geometric mean is of matched rows. dir is where `go
// tool benchstat` works; without that a benchstat in PATH serves.
func Benchstat(ctx context.Context, dir string, v *Verdict, base, head *Set) (string, error) {
	tmp, err := os.MkdirTemp("", "benchstat")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(tmp)
	keep := map[Row]bool{}
	for _, j := range v.Rows {
		keep[j.Row] = j.NHead > 0 && (j.Kind == Host && j.Gated && j.Base != 0 &&
			j.Why != identicalBinaries || j.Change != 0)
	}
	if !slices.Contains(slices.Collect(maps.Values(keep)), true) {
		return "", nil
	}
	var args []string
	for _, side := range []struct {
		label string
		set   *Set
	}{{"base", base}, {"head", head}} {
		path := filepath.Join(tmp, side.label)
		if err := side.set.write(path, keep); err != nil {
			return "", err
		}
		args = append(args, side.label+"="+path)
	}
	out, err := runBenchstat(ctx, dir, args)
	if err != nil {
		return "", fmt.Errorf("benchstat: %w", err)
	}
	return strings.TrimSpace(out), nil
}

func runBenchstat(ctx context.Context, dir string, args []string) (string, error) {
	cmd := exec.CommandContext(ctx, "go", append([]string{"tool", "benchstat"}, args...)...)
	cmd.Dir = dir
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err == nil {
		return string(out), nil
	}
	path, lookErr := exec.LookPath("benchstat")
	if lookErr != nil {
		return "", errors.Join(err, errors.New(strings.TrimSpace(stderr.String())))
	}
	out, err = exec.CommandContext(ctx, path, args...).Output()
	return string(out), err
}

// write writes the rows that are kept as a file that benchstat reads, a line a
// sample and without what differs between samples.
func (s *Set) write(path string, keep map[Row]bool) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	w := benchfmt.NewWriter(f)
	for _, series := range s.Series {
		if !keep[series.Row] {
			continue
		}
		if series.Kind == Exact {
			if _, err := fmt.Fprintf(f, "Unit %s assume=exact\n", series.Unit); err != nil {
				return errors.Join(err, f.Close())
			}
		}
		for _, x := range series.Samples {
			r := &benchfmt.Result{Name: benchfmt.Name(series.Name), Iters: 1,
				Values: []benchfmt.Value{{Value: x.Value, Unit: series.Unit}}}
			if series.Pkg != "" {
				r.SetConfig("pkg", series.Pkg)
				r.Config[0].File = true
			}
			if err := w.Write(r); err != nil {
				return errors.Join(err, f.Close())
			}
		}
	}
	return f.Close()
}

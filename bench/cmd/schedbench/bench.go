package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"credence/bench/suite"
)

// runBench measures, then shows the comparison.
func runBench(ctx context.Context, stdout, stderr io.Writer, args []string) error {
	profile, err := parseBench(stdout, args)
	if errors.Is(err, flag.ErrHelp) {
		return nil
	} else if err != nil {
		return err
	}
	wd, err := os.Getwd()
	if err != nil {
		return err
	}
	root, err := moduleRoot(wd)
	if err != nil {
		return err
	}
	return bench(ctx, stdout, stderr, suite.Config{
		Root: root, Build: filepath.Join(root, ".build"), Results: filepath.Join(root, "results"),
		Packages: suite.Packages, Profile: profile, Now: time.Now(),
	})
}

// bench runs a suite and reports on it.
func bench(ctx context.Context, stdout, stderr io.Writer, c suite.Config) error {
	show := newProgress(stderr)
	start := time.Now()
	c.Step = func(step string) { show.step("%4.0f s  %s", time.Since(start).Seconds(), step) }
	c.Sample = func(step, benchmark string) {
		show.update("%4.0f s  %s: %s", time.Since(start).Seconds(), step, benchmark)
	}
	out, err := suite.Run(ctx, c)
	show.end()
	if out.File == "" {
		if out.Partial {
			return errors.New("bench: interrupted before anything was measured")
		}
		return err
	}
	file := relative(c.Root, out.File)
	fmt.Fprintf(stdout, "%s: %d samples, %d rounds in %.0f s\n", file, out.Samples, out.Rounds,
		time.Since(start).Seconds())
	switch {
	case err != nil:
		return fmt.Errorf("bench: %w", err)
	case out.Partial:
		return fmt.Errorf("bench: interrupted: %s is partial, but valid; "+
			"go tool benchstat %s shows it", file, file)
	}
	c.Step("comparing the flow controls")
	table, err := compare(ctx, c.Root, out.File)
	show.end()
	if err == nil {
		_, err = fmt.Fprintf(stdout, "\n%s", table)
	}
	return err
}

// comparison are benchstat's arguments for the table that bench ends with.
var comparison = []string{
	"tool", "benchstat", "-col", "/flow", "-row", "/work",
	"-filter", ".name:Scenario -/flow:(canrun OR prepare) " +
		".unit:(jobs OR p99-ns OR idle-ready-nsec OR over-runs OR failed)",
}

// compare returns how the scenarios fare under each flow control.
func compare(ctx context.Context, root, file string) (string, error) {
	cmd := exec.CommandContext(ctx, "go", append(comparison, file)...)
	cmd.Dir = root
	var stderr strings.Builder
	cmd.Stderr = &stderr
	table, err := cmd.Output()
	switch {
	case ctx.Err() != nil:
		return "", fmt.Errorf("bench: interrupted behind the measurement: %s is complete",
			relative(root, file))
	case err != nil:
		return "", fmt.Errorf("bench: benchstat: %w\n%s", err, strings.TrimSpace(stderr.String()))
	}
	return "Scenarios under each flow control: jobs failed and completed, time idle while\n" +
		"ready, over-runs of firmware queues, 99th percentile of the latency (canrun and\n" +
		"prepare, which admit as lanes does, are in the file)\n\n" + string(table), nil
}

// relative returns path as seen from root, or whole.
func relative(root, path string) string {
	if r, err := filepath.Rel(root, path); err == nil {
		return r
	}
	return path
}

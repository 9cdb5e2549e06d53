package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"time"

	"credence/bench/slope"
	"credence/bench/study"
)

// countStudy counts the instructions of a study's comparisons.
func countStudy(ctx context.Context, stdout, stderr io.Writer, plan *study.Plan, c *studyConfig) error {
	valgrind, err := slope.Find()
	if err != nil {
		return err
	}
	program, err := os.Executable()
	if err != nil {
		return err
	}
	command := strings.Replace(c.study.Command(), "schedbench study", "schedbench study -count "+c.count, 1)
	var b bytes.Buffer
	fmt.Fprintf(&b, "# made by: %s\n# go: %s\n", command, runtime.Version())
	show := newProgress(stderr)
	start := time.Now()
	err = plan.CountInstructions(ctx, &b, study.Counting{Valgrind: valgrind, Program: program,
		Step: func(format string, args ...any) {
			show.step("%5.0f s  %s", time.Since(start).Seconds(), fmt.Sprintf(format, args...))
		}})
	show.end()
	if err != nil {
		return fmt.Errorf("study: %w", err)
	}
	return writeOut(stdout, c.count, b.Bytes())
}

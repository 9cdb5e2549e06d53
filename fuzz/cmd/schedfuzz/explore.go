package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
)

// runExplore runs the helper that holds the explorer: a program of this module,
// built with the tag explore, which replaces the core's atomics.
func runExplore(ctx context.Context, stdout, stderr io.Writer, args []string) int {
	helper, err := buildHelper(ctx, stderr, "./fuzz/explore/helper", "explore")
	if err != nil {
		fmt.Fprintf(stderr, "schedfuzz: explore: %v\n", err)
		return exitInconclusive
	}
	cmd := exec.CommandContext(ctx, helper, args...)
	cmd.Stdout, cmd.Stderr = stdout, stderr
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	err = cmd.Run()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok && exit.ExitCode() >= 0 {
		return exit.ExitCode()
	}
	if err != nil {
		fmt.Fprintf(stderr, "schedfuzz: explore: %v\n", err)
		return exitInconclusive
	}
	return exitOK
}

package slope

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// Command counts the instructions of a command, start-up and all, by group (nil is
// ByPackage), Runtime included. What repeats to the digit is the difference of two
// commands that do the same more and less often. It returns what the command prints
// too, blocks for about fifty times what it takes otherwise, and fails if it fails.
func Command(ctx context.Context, valgrind string, argv []string, group func(Function) string) (
	map[string]int64, string, error) {
	dir, err := os.MkdirTemp("", "slope")
	if err != nil {
		return nil, "", err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "cachegrind")
	cmd := exec.CommandContext(ctx, valgrind, append([]string{"--quiet", "--tool=cachegrind",
		"--cache-sim=no", "--fair-sched=try", "--cachegrind-out-file=" + file}, argv...)...)
	cmd.Env = append(os.Environ(), "GOMAXPROCS=1", "GOGC=off")
	cmd.WaitDelay = time.Second
	out, err := cmd.Output()
	if err != nil {
		return nil, "", fmt.Errorf("slope: %v under cachegrind: %w\n%s", argv, err, tail(out))
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, "", err
	}
	defer f.Close()
	counts, err := parse(f)
	if err != nil {
		return nil, "", fmt.Errorf("slope: cachegrind's output for %v: %w", argv, err)
	}
	if group == nil {
		group = ByPackage
	}
	sums := map[string]int64{}
	for at, ir := range counts {
		sums[group(at)] += ir
	}
	return sums, string(out), nil
}

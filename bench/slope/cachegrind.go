package slope

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// ErrNoCachegrind says that instructions cannot be counted on this machine.
var ErrNoCachegrind = errors.New("there is no valgrind command; " +
	"install it (Debian, Ubuntu: apt-get install valgrind) to count instructions")

// Find returns the path of valgrind, or ErrNoCachegrind.
func Find() (string, error) {
	path, err := exec.LookPath("valgrind")
	if err != nil || runtime.GOOS != "linux" {
		return "", ErrNoCachegrind
	}
	return path, nil
}

// run is one execution.
type run struct {
	counts map[Function]int64
	allocs int64
}

// defaultTimeout ends a benchmark that hangs, in the words of its own test binary.
const defaultTimeout = 5 * time.Minute

// maxShown is how much of a failed run's output an error repeats.
const maxShown = 2000

// execute runs n operations under cachegrind, which writes its counts to file.
func (c *Config) execute(ctx context.Context, file string, n int) (*run, error) {
	bin, err := filepath.Abs(c.Binary)
	if err != nil {
		return nil, err
	}
	timeout := cmp.Or(c.Timeout, defaultTimeout)
	limited, cancel := context.WithTimeout(ctx, timeout+time.Minute)
	defer cancel()
	// Fair scheduling: valgrind runs one thread at a time, and a spinning one could
	// keep the one that it waits for from running.
	cmd := exec.CommandContext(limited, c.Valgrind, "--quiet", "--tool=cachegrind", "--cache-sim=no",
		"--fair-sched=try", "--cachegrind-out-file="+file, bin, "-test.run=^$", "-test.bench="+Pattern(c.Bench),
		"-test.count=1", "-test.cpu=1", "-test.benchmem", fmt.Sprintf("-test.benchtime=%dx", n),
		"-test.timeout="+timeout.String())
	cmd.Dir = c.Dir
	// One processor and no collection: neither is to fall into one run alone.
	cmd.Env = append(append(os.Environ(), c.Env...), "GOMAXPROCS=1", "GOGC=off")
	cmd.WaitDelay = time.Second
	out, err := cmd.CombinedOutput()
	if err != nil && limited.Err() != nil && ctx.Err() == nil {
		return nil, fmt.Errorf("slope: %s under cachegrind did not end in %v", c.Bench, timeout)
	} else if err != nil {
		return nil, fmt.Errorf("slope: %s under cachegrind: %w\n%s", c.Bench, err, tail(out))
	}
	allocs, err := allocations(string(out))
	if err != nil {
		return nil, fmt.Errorf("slope: %s: %w\n%s", c.Bench, err, tail(out))
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	counts, err := parse(f)
	if err != nil {
		return nil, fmt.Errorf("slope: cachegrind's output for %s: %w", c.Bench, err)
	}
	return &run{counts, allocs}, nil
}

func tail(out []byte) string {
	if len(out) > maxShown {
		out = out[len(out)-maxShown:]
	}
	return strings.TrimSpace(string(out))
}

// Pattern returns the -test.bench pattern that matches the benchmark of a full
// name and no other.
func Pattern(name string) string {
	parts := strings.Split(name, "/")
	for i, p := range parts {
		parts[i] = "^" + regexp.QuoteMeta(p) + "$"
	}
	return strings.Join(parts, "/")
}

// allocations returns the allocs/op of the one result in a test binary's output.
func allocations(out string) (int64, error) {
	found, allocs := 0, int64(0)
	for line := range strings.SplitSeq(out, "\n") {
		f := strings.Fields(line)
		if len(f) < 4 || !strings.HasPrefix(f[0], "Benchmark") {
			continue
		}
		found++
		for i := 3; i < len(f); i += 2 {
			if f[i] == "allocs/op" {
				n, err := strconv.ParseInt(f[i-1], 10, 64)
				if err != nil {
					return 0, err
				}
				allocs = n
			}
		}
	}
	if found != 1 {
		return 0, fmt.Errorf("%d benchmarks have this name; give that of one", found)
	}
	return allocs, nil
}

// parse reads a cachegrind output file: fl= and fn= lines set the place, a line
// "LINE Ir" counts there. The summary at the end must equal the sum, or the file
// was cut short.
func parse(r io.Reader) (map[Function]int64, error) {
	counts := map[Function]int64{}
	var at Function
	sum, total := int64(0), int64(-1)
	s := bufio.NewScanner(r)
	s.Buffer(nil, 1<<20) // symbols of generic code are long
	for n := 1; s.Scan(); n++ {
		line := s.Text()
		switch {
		case strings.HasPrefix(line, "fl="):
			at = Function{File: line[3:]}
		case strings.HasPrefix(line, "fn="):
			at.Name = line[3:]
		case strings.HasPrefix(line, "summary: "):
			var err error
			if total, err = strconv.ParseInt(line[len("summary: "):], 10, 64); err != nil {
				return nil, fmt.Errorf("line %d: %w", n, err)
			}
		case line != "" && line[0] >= '0' && line[0] <= '9':
			_, ir, _ := strings.Cut(line, " ")
			count, err := strconv.ParseInt(ir, 10, 64)
			if err != nil {
				return nil, fmt.Errorf("line %d: %w", n, err)
			}
			counts[at] += count
			sum += count
		}
	}
	if err := s.Err(); err != nil {
		return nil, err
	}
	if sum != total {
		return nil, fmt.Errorf("its lines have %d instructions, its summary %d: it was cut short",
			sum, total)
	}
	return counts, nil
}

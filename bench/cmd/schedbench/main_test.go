package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// root is the module's folder, from here.
const root = "../../.."

// chdirRoot runs a test in the module's folder, where the paths of the examples
// are right.
func chdirRoot(t *testing.T) {
	t.Helper()
	t.Chdir(root)
}

// outcome is what a command line gave.
type outcome struct {
	code           int
	stdout, stderr string
}

func call(t *testing.T, args ...string) outcome {
	t.Helper()
	return callWith(t.Context(), args...)
}

func callWith(ctx context.Context, args ...string) outcome {
	var stdout, stderr bytes.Buffer
	code := run(ctx, &stdout, &stderr, args)
	return outcome{code, stdout.String(), stderr.String()}
}

// put writes a file in a folder of its own and returns its path.
func put(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestUsage(t *testing.T) {
	for _, args := range [][]string{{"-h"}, {"-help"}, {"--help"}, {"help"}} {
		o := call(t, args...)
		text := strings.Join(strings.Fields(o.stdout), " ")
		if o.code != exitOK || o.stderr != "" || !strings.Contains(text, " sim run workload files") ||
			!strings.Contains(text, " bench run the benchmarks") {
			t.Errorf("%q: %+v", args, o)
		}
	}
	for _, c := range commands {
		long, short := call(t, "help", c.name), call(t, c.name, "-h")
		if long != short || long.code != exitOK || !strings.HasPrefix(long.stdout,
			"Usage: schedbench "+c.name) {
			t.Errorf("help %s: %+v", c.name, long)
		}
		for _, line := range strings.Split(long.stdout, "\n") {
			if len(line) > 100 {
				t.Errorf("%s -h has a line of %d bytes: %s", c.name, len(line), line)
			}
		}
	}
}

func TestWrongCommands(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
	}{
		{nil, "no command; there are sim, study"},
		{[]string{"simulate"}, `"simulate" is no command; there are sim, study`},
		{[]string{"-flow", "lanes"}, `"-flow" is no command`},
		{[]string{"help", "simulate"}, `"simulate" is no command`},
		{[]string{""}, `"" is no command`},
	} {
		o := call(t, c.args...)
		if o.code != exitUsage || o.stdout != "" || !strings.HasPrefix(o.stderr, "schedbench: ") ||
			!strings.Contains(o.stderr, c.want) {
			t.Errorf("%q: %+v, want %q", c.args, o, c.want)
		}
	}
}

// closed is a pipe that nobody reads.
type closed struct{}

func (closed) Write([]byte) (int, error) { return 0, errors.New("broken pipe") }

func TestUnwritableOutput(t *testing.T) {
	chdirRoot(t)
	for _, args := range [][]string{
		{"-h"}, {"sim", "-h"}, {"bench", "-h"},
		{"sim", "-time", "1ms", "bench/workloads/vr90.wsim"},
		{"sim", "-time", "1ms", "-format", "benchfmt", "bench/workloads/vr90.wsim"},
		{"sim", "-time", "1ms", "-format", "json", "bench/workloads/vr90.wsim"},
	} {
		var stderr bytes.Buffer
		if code := run(t.Context(), closed{}, &stderr, args); code != exitInconclusive ||
			!strings.Contains(stderr.String(), "broken pipe") {
			t.Errorf("%q: exit %d, %s", args, code, &stderr)
		}
	}
}

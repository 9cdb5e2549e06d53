package suite

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

// errInterrupted says that a child ended because somebody wanted us to end.
var errInterrupted = errors.New("interrupted")

// stepTimeout is how long one package may take for one round.
const stepTimeout = 10 * time.Minute

// build makes one test binary a package.
func (c *Config) build(ctx context.Context) ([]string, error) {
	if err := os.MkdirAll(c.Build, 0o777); err != nil {
		return nil, err
	}
	var binaries []string
	for _, p := range c.Packages {
		c.Step("building " + p.Path)
		bin := filepath.Join(c.Build, strings.ReplaceAll(p.Path, "/", "-")+".test")
		cmd := exec.CommandContext(ctx, "go", "test", "-c", "-o", bin, "./"+p.Path)
		cmd.Dir = c.Root
		if out, err := cmd.CombinedOutput(); err != nil {
			return nil, fmt.Errorf("building %s: %w\n%s", p.Path, err, trim(out))
		}
		binaries = append(binaries, bin)
	}
	return binaries, nil
}

// execute runs a package's benchmarks once, in the package's folder, and records
// what they print.
func (c *Config) execute(ctx context.Context, rec *recorder, p Package, bin string) error {
	return c.executePattern(ctx, rec, p, bin, ".")
}

// taker takes the output of a test binary: see recorder.copy.
type taker interface {
	copy(r io.Reader) (rest string, err error)
}

// lineTaker keeps everything.
type lineTaker struct{ w *strings.Builder }

func (l *lineTaker) copy(r io.Reader) (string, error) {
	_, err := io.Copy(l.w, r)
	return l.w.String(), err
}

// executePattern runs the benchmarks that match a -test.bench pattern once.
func (c *Config) executePattern(ctx context.Context, rec taker, p Package, bin,
	pattern string) error {
	benchtime := c.Profile.BenchTime.String()
	if p.Exact {
		benchtime = "1x"
	}
	var stderr strings.Builder
	cmd := exec.CommandContext(ctx, bin, "-test.run=^$", "-test.bench="+pattern, "-test.count=1",
		"-test.benchtime="+benchtime, "-test.timeout="+stepTimeout.String())
	cmd.Dir = filepath.Join(c.Root, filepath.FromSlash(p.Path))
	cmd.Stderr = &stderr
	cmd.WaitDelay = time.Second
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil && ctx.Err() != nil {
		return errInterrupted
	} else if err != nil {
		return fmt.Errorf("%s: %w", p.Path, err)
	}
	rest, copyErr := rec.copy(stdout)
	err = cmd.Wait()
	switch {
	case copyErr != nil:
		return fmt.Errorf("writing the results: %w", copyErr)
	case ctx.Err() != nil || err != nil && signalled(cmd):
		return errInterrupted
	case err != nil:
		return fmt.Errorf("%s: %w\n%s", p.Path, err, trim([]byte(rest+stderr.String())))
	}
	return nil
}

// signalled reports whether the child was ended by the signal that a terminal
// sends to everybody, of which we may hear a moment later.
func signalled(cmd *exec.Cmd) bool {
	ws, ok := cmd.ProcessState.Sys().(syscall.WaitStatus)
	return ok && ws.Signaled() && (ws.Signal() == syscall.SIGINT || ws.Signal() == syscall.SIGTERM)
}

// maxRest is how many lines of other output are kept for an error message.
const maxRest = 40

// copy records all whole lines of r, and returns the last of those that are not
// for the file. A line that was cut off is dropped. On an error of the file it
// reads on, so that the child does not block.
func (rec *recorder) copy(r io.Reader) (rest string, err error) {
	var other []string
	b := bufio.NewReader(r)
	for {
		s, end := b.ReadString('\n')
		if end != nil {
			return strings.Join(other, ""), err
		}
		if err != nil {
			continue
		}
		var kept bool
		if kept, err = rec.line(strings.TrimRight(s, "\r\n")); !kept {
			if len(other) == maxRest {
				other = slices.Delete(other, 0, 1)
			}
			other = append(other, s)
		}
	}
}

// trim cuts a child's output to what an error message can hold.
func trim(out []byte) string {
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	if len(lines) > maxRest {
		lines = lines[len(lines)-maxRest:]
	}
	return strings.Join(lines, "\n")
}

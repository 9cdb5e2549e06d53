package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"credence/fuzz/engine"
)

// goFuzzPrograms returns go-fuzz and the archive of this source's targets. They are
// built once for each source, and kept with the helpers.
func goFuzzPrograms(ctx context.Context, stderr io.Writer) (program, archive string, err error) {
	root, err := root()
	if err != nil {
		return "", "", err
	}
	if _, err := exec.LookPath("go"); err != nil {
		return "", "", errors.New("go-fuzz is built when needed, and there is no go command; " +
			"install Go 1.26 or newer from https://go.dev/dl")
	}
	sum, err := sourceHash(root, "go-fuzz")
	if err != nil {
		return "", "", err
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = os.TempDir()
	}
	cache = filepath.Join(cache, "credence")
	dir := filepath.Join(cache, "gofuzz-"+sum[:20])
	program, archive = filepath.Join(dir, "bin", "go-fuzz"), filepath.Join(dir, "target.zip")
	if _, err := os.Stat(archive); err == nil {
		return program, archive, nil
	}
	if err := os.MkdirAll(cache, 0o755); err != nil {
		return "", "", err
	}
	// In a folder of its own, so that two at a time do not meet.
	part, err := os.MkdirTemp(cache, "gofuzz-part-")
	if err != nil {
		return "", "", err
	}
	defer os.RemoveAll(part)
	if terminal(stderr) {
		fmt.Fprintln(stderr, "building go-fuzz and its archive of this source, once")
	}
	if _, _, err := engine.BuildGoFuzz(ctx, &engine.Plan{Root: root, Work: part}); err != nil {
		return "", "", err
	}
	if err := os.Rename(part, dir); err != nil {
		if _, there := os.Stat(archive); there != nil {
			return "", "", err
		}
	}
	return program, archive, nil
}

// goFuzzLog keeps the end of what go-fuzz prints.
type goFuzzLog struct {
	lock sync.Mutex
	text []byte
}

// keptLog is how much of it is kept.
const keptLog = 1 << 14

// Write keeps b.
func (l *goFuzzLog) Write(b []byte) (int, error) {
	l.lock.Lock()
	defer l.lock.Unlock()
	l.text = append(l.text, b...)
	if n := len(l.text) - keptLog; n > 0 {
		l.text = append(l.text[:0:0], l.text[n:]...)
	}
	return len(b), nil
}

// end returns the last lines.
func (l *goFuzzLog) end() string {
	l.lock.Lock()
	defer l.lock.Unlock()
	lines := strings.Split(strings.TrimSpace(string(l.text)), "\n")
	return strings.Join(lines[max(0, len(lines)-3):], "\n")
}

var numberIn = regexp.MustCompile(`(workers|corpus|crashers|execs): (\d+)`)

// number returns the last number of a name in the coordinator's lines, 0 if there
// is none.
func (l *goFuzzLog) number(name string) (n int) {
	l.lock.Lock()
	defer l.lock.Unlock()
	for _, m := range numberIn.FindAllSubmatch(l.text, -1) {
		if string(m[1]) == name {
			n, _ = strconv.Atoi(string(m[2]))
		}
	}
	return n
}

// lost reports whether a worker that was connected has lost its coordinator.
func (l *goFuzzLog) lost() bool {
	l.lock.Lock()
	defer l.lock.Unlock()
	return strings.Contains(string(l.text), "killing worker")
}

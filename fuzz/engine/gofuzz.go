package engine

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"credence/fuzz/campaign"
)

// goFuzz is go-fuzz, of the version that go.mod names.
var goFuzz = &foreign{name: "gofuzz", build: buildGoFuzz, slice: sliceGoFuzz}

// goFuzzModule is where its two programs are.
const goFuzzModule = "github.com/dvyukov/go-fuzz/"

func missingGoFuzz(p *Plan) string {
	if missing := missingGo(p); missing != "" {
		return missing
	}
	c := exec.Command("go", "list", goFuzzModule+"go-fuzz")
	c.Dir = p.Root
	if out, err := c.CombinedOutput(); err != nil {
		return fmt.Sprintf("go-fuzz is not there (%s); run go mod download",
			firstLines(string(out), 1))
	}
	return ""
}

// BuildGoFuzz builds go-fuzz and the target's archive into a folder, and returns
// both files.
func BuildGoFuzz(ctx context.Context, p *Plan) (program, archive string, err error) {
	bin := filepath.Join(p.Work, "bin")
	for _, name := range []string{"go-fuzz", "go-fuzz-build"} {
		if err := p.goBuild(ctx, "-o", filepath.Join(bin, name), goFuzzModule+name); err != nil {
			return "", "", err
		}
	}
	archive = filepath.Join(p.Work, "target.zip")
	c := p.command(ctx, filepath.Join(bin, "go-fuzz-build"), "-tags", "invariants", "-o", archive,
		"./fuzz/target")
	if out, err := c.CombinedOutput(); err != nil {
		return "", "", fmt.Errorf("go-fuzz-build: %w\n%s", err, firstLines(string(out), 20))
	}
	return filepath.Join(bin, "go-fuzz"), archive, nil
}

func buildGoFuzz(ctx context.Context, p *Plan) error {
	_, _, err := BuildGoFuzz(ctx, p)
	return err
}

// goBuild runs go build.
func (p *Plan) goBuild(ctx context.Context, args ...string) error {
	args = append([]string{"build", "-trimpath"}, args...)
	if out, err := p.command(ctx, "go", args...).CombinedOutput(); err != nil {
		return fmt.Errorf("go %s: %w\n%s", strings.Join(args, " "), err, firstLines(string(out), 20))
	}
	return nil
}

// Limits of go-fuzz: how long it makes a crasher small by itself, which the triage
// does anyway, and when an input is said to hang.
const (
	goFuzzMinimise = "2s"
	goFuzzTimeout  = "20"
)

func sliceGoFuzz(ctx context.Context, s *slice) ([]raw, error) {
	for _, in := range s.seeds {
		if err := campaign.WriteInput(s.corpusDir(), in, campaign.Raw); err != nil {
			return nil, err
		}
	}
	crashers := filepath.Join(s.dir, "crashers")
	old := map[string]bool{}
	newFiles(crashers, old)
	// What it has seen before is known to the target now, or was another bug.
	if err := os.RemoveAll(filepath.Join(s.dir, "suppressions")); err != nil {
		return nil, err
	}
	c := s.command(ctx, filepath.Join(s.Work, "bin", "go-fuzz"), "-bin",
		filepath.Join(s.Work, "target.zip"), "-func", "Fuzz"+s.target, "-workdir", s.dir,
		"-procs", strconv.Itoa(max(1, s.Procs)), "-minimize", goFuzzMinimise,
		"-timeout", goFuzzTimeout)
	c.Env = append(c.Env, s.env...)
	log := &s.log
	var found []raw
	enough := s.enough()
	asked, err := s.process(ctx, c, func() { _ = c.Process.Signal(os.Interrupt) }, func() bool {
		s.stats(log.goFuzz())
		found = append(found, goFuzzCrashers(crashers, old)...)
		return len(found) > 0 || enough()
	})
	s.stats(log.goFuzz())
	found = append(found, goFuzzCrashers(crashers, old)...)
	if asked || len(found) > 0 {
		return found, nil
	}
	return nil, fmt.Errorf("go-fuzz ended: %v: %s", err, log.text())
}

// goFuzzCrashers returns the crashers that are not in old: those of which the
// output, which is written last, is there.
func goFuzzCrashers(dir string, old map[string]bool) (found []raw) {
	outputs, _ := filepath.Glob(filepath.Join(dir, "*.output"))
	for _, file := range outputs {
		if old[file] {
			continue
		}
		output, err := os.ReadFile(file)
		data, err2 := os.ReadFile(strings.TrimSuffix(file, ".output"))
		if err != nil || err2 != nil || len(output) == 0 {
			continue
		}
		old[file] = true
		found = append(found, raw{data, string(output)})
	}
	return found
}

// goFuzzLine is what go-fuzz says every three seconds.
var goFuzzLine = regexp.MustCompile(`corpus: (\d+).*cover: (\d+)`)

// lastLines keeps the end of what a process prints.
type lastLines struct {
	lock sync.Mutex
	end  []byte
}

// keepBytes is how much of it is kept.
const keepBytes = 1 << 14

// Write keeps b.
func (l *lastLines) Write(b []byte) (int, error) {
	l.lock.Lock()
	defer l.lock.Unlock()
	l.end = append(l.end, b...)
	if n := len(l.end) - keepBytes; n > 0 {
		l.end = bytes.Clone(l.end[n:])
	}
	return len(b), nil
}

func (l *lastLines) text() string {
	l.lock.Lock()
	defer l.lock.Unlock()
	return string(l.end)
}

// last returns the numbers of the last line that an expression matches.
func (l *lastLines) last(line *regexp.Regexp) (a, b int) {
	all := line.FindAllStringSubmatch(l.text(), -1)
	if len(all) == 0 {
		return 0, 0
	}
	m := all[len(all)-1]
	a, _ = strconv.Atoi(m[1])
	if len(m) > 2 {
		b, _ = strconv.Atoi(m[2])
	}
	return a, b
}

func (l *lastLines) goFuzz() (corpus, coverage int) { return l.last(goFuzzLine) }

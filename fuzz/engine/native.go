package engine

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"

	"credence/fuzz/campaign"
	"credence/fuzz/target"
)

// native is Go's own fuzzing.
var native = &foreign{name: "native", build: buildNative, slice: sliceNative}

// BuildNative builds the test binary of the targets, with coverage, and returns
// its file and the folder to run it in: one that looks like that of the targets
// and is nobody's source.
func BuildNative(ctx context.Context, p *Plan) (program, dir string, err error) {
	program = filepath.Join(p.Work, "native.test")
	c := p.command(ctx, "go", "test", "-c", "-trimpath", "-tags", "invariants", "-fuzz", ".",
		"-o", program, "./fuzz/target")
	if out, err := c.CombinedOutput(); err != nil {
		return "", "", fmt.Errorf("go test -c -fuzz: %w\n%s", err, firstLines(string(out), 20))
	}
	tree := filepath.Join(p.Work, "tree")
	dir = filepath.Join(tree, "fuzz", "target")
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return "", "", err
	}
	for _, name := range []string{"core", "hwmock", "bench", "fuzz/testdata"} {
		err := os.Symlink(filepath.Join(p.Root, name), filepath.Join(tree, name))
		if err != nil && !os.IsExist(err) {
			return "", "", err
		}
	}
	return program, dir, nil
}

func buildNative(ctx context.Context, p *Plan) error {
	_, _, err := BuildNative(ctx, p)
	return err
}

func sliceNative(ctx context.Context, s *slice) ([]raw, error) {
	cache := s.dir
	corpus := s.corpusDir()
	// The engine's cache has a folder for each target; ours is called corpus.
	if err := os.MkdirAll(corpus, 0o777); err != nil {
		return nil, err
	}
	if err := os.Symlink("corpus", filepath.Join(cache, "Fuzz"+s.target)); err != nil && !os.IsExist(err) {
		return nil, err
	}
	for _, in := range s.seeds {
		if err := campaign.WriteInput(corpus, in, campaign.Native); err != nil {
			return nil, err
		}
	}
	dir := filepath.Join(s.Work, "tree", "fuzz", "target")
	crashers := filepath.Join(dir, "testdata", "fuzz", "Fuzz"+s.target)
	if err := os.RemoveAll(crashers); err != nil {
		return nil, err
	}
	args := []string{
		"-test.run", "^$", "-test.fuzz", "^Fuzz" + s.target + "$", "-test.fuzzcachedir", cache,
		"-test.parallel", strconv.Itoa(max(1, s.Procs)), "-test.fuzzminimizetime", "1x",
	}
	if s.count > 0 {
		args = append(args, "-test.fuzztime", strconv.Itoa(s.count)+"x")
	}
	c := s.command(ctx, filepath.Join(s.Work, "native.test"), args...)
	c.Dir = dir
	c.Env = append(c.Env, s.env...)
	log := &s.log
	asked, err := s.process(ctx, c, func() { _ = c.Process.Signal(os.Interrupt) }, func() bool {
		s.stats(log.last(nativeLine))
		return false
	})
	s.stats(log.last(nativeLine))
	var found []raw
	for _, file := range newFiles(crashers, map[string]bool{}) {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		data, err := target.FromNative(text)
		if err != nil {
			return nil, err
		}
		found = append(found, raw{data, log.text()})
	}
	// A failure without an input is the engine's own.
	if err != nil && !asked && len(found) == 0 {
		return nil, fmt.Errorf("the fuzzing test ended: %v: %s", err, log.text())
	}
	return found, nil
}

// nativeLine is what it says every three seconds. Of its coverage it tells
// nothing but how many inputs brought some.
var nativeLine = regexp.MustCompile(`new interesting: \d+ \(total: (\d+)\)`)

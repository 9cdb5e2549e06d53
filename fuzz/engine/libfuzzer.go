package engine

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"

	"credence/fuzz/campaign"
	"credence/fuzz/target"
)

// libFuzzer is LLVM's, linked to the targets as a C archive.
var libFuzzer = &foreign{name: "libfuzzer", build: buildLibFuzzer, slice: sliceLibFuzzer}

// emptyFuzzer is the smallest program of libFuzzer's.
const emptyFuzzer = `#include <stddef.h>
#include <stdint.h>
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) { return 0; }
`

func missingClang(p *Plan) string {
	if missing := missingGo(p); missing != "" {
		return missing
	}
	if _, err := exec.LookPath("clang"); err != nil {
		return "there is no clang; install clang and its runtime, such as apt-get install clang " +
			"libclang-rt-dev"
	}
	source := filepath.Join(p.Work, "empty.c")
	if err := os.WriteFile(source, []byte(emptyFuzzer), 0o666); err != nil {
		return err.Error()
	}
	c := exec.Command("clang", "-fsanitize=fuzzer", "-o", filepath.Join(p.Work, "empty"), source)
	if out, err := c.CombinedOutput(); err != nil {
		return "clang has no libFuzzer (" + firstLines(string(out), 1) +
			"); install its runtime, such as apt-get install libclang-rt-14-dev"
	}
	return ""
}

func buildLibFuzzer(ctx context.Context, p *Plan) error {
	archive := filepath.Join(p.Work, "libfuzzer.a")
	err := p.goBuild(ctx, "-tags", "libfuzzer invariants", "-gcflags=all=-d=libfuzzer",
		"-buildmode=c-archive", "-o", archive, "./fuzz/target/libfuzzer")
	if err != nil {
		return err
	}
	c := p.command(ctx, "clang", "-fsanitize=fuzzer", "-o", filepath.Join(p.Work, "libfuzzer-target"), archive)
	if out, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("clang: %w\n%s", err, firstLines(string(out), 20))
	}
	return nil
}

// Limits of libFuzzer.
const (
	libFuzzerTimeout = "-timeout=20"
	libFuzzerMemory  = "-rss_limit_mb=4096"
	libFuzzerLength  = "-max_len=8192"
)

func sliceLibFuzzer(ctx context.Context, s *slice) ([]raw, error) {
	seeds := filepath.Join(s.dir, "seeds")
	for _, dir := range []string{s.corpusDir(), seeds} {
		if err := os.MkdirAll(dir, 0o777); err != nil {
			return nil, err
		}
	}
	for _, in := range s.seeds {
		if err := campaign.WriteInput(seeds, in, campaign.Raw); err != nil {
			return nil, err
		}
	}
	box := filepath.Join(s.dir, "box")
	if err := os.RemoveAll(box); err != nil {
		return nil, err
	}
	args := []string{
		s.corpusDir(), seeds, libFuzzerTimeout, libFuzzerMemory, libFuzzerLength,
		"-artifact_prefix=" + s.dir + "/", "-seed=" + strconv.Itoa(1+int(s.Seed%1e9)),
	}
	if s.count > 0 {
		args = append(args, "-runs="+strconv.Itoa(s.count))
	}
	c := s.command(ctx, filepath.Join(s.Work, "libfuzzer-target"), args...)
	c.Env = append(c.Env, "CREDENCE_TARGET="+s.target, target.BoxEnv+"="+box)
	c.Env = append(c.Env, s.env...)
	log := &s.log
	asked, err := s.process(ctx, c, func() { _ = c.Process.Signal(os.Interrupt) }, func() bool {
		s.stats(log.libFuzzer())
		return false
	})
	s.stats(log.libFuzzer())
	if err == nil || asked {
		return nil, nil
	}
	// The Go program ends by itself, and libFuzzer writes no file: the box has what
	// it ran.
	if _, data, ok := target.ReadBox(box); ok {
		return []raw{{data, log.text()}}, nil
	}
	return nil, fmt.Errorf("libFuzzer ended: %v: %s", err, log.text())
}

// libFuzzerLine is what it says of each new input, and now and then.
var libFuzzerLine = regexp.MustCompile(`cov: (\d+) .*corp: (\d+)`)

func (l *lastLines) libFuzzer() (corpus, coverage int) {
	coverage, corpus = l.last(libFuzzerLine)
	return corpus, coverage
}

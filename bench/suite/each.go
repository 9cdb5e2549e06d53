package suite

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"credence/bench/slope"
)

// Selection says what Each runs beside a Config's packages and profile.
type Selection struct {
	// Bench matches full names, without "Benchmark" and -GOMAXPROCS; nil is all.
	Bench *regexp.Regexp
	// Left is told, after each sample, how many are measured of how many, and about
	// how long the rest takes. It may be nil.
	Left func(done, all int, left time.Duration)
	// Took is told what a sample came to: the benchmark without "Benchmark", the time
	// of an operation as it was printed, and the regime, "" with one processor. It may
	// be nil.
	Took func(benchmark, figure, regime string)
}

// single is one benchmark of a package.
type single struct {
	pkg  Package
	bin  string
	name string // with "Benchmark", without -GOMAXPROCS
}

// Each is Run with a process for each sample. The file says of the environment what
// it can, in keys: commit, dirty, goversion, gomaxprocs, governor, and of each
// sample the regime, from a ping-pong right before and after it. A round runs every
// benchmark once.
func Each(ctx context.Context, c Config, sel Selection) (Outcome, error) {
	var out Outcome
	if c.Step == nil {
		c.Step = func(string) {}
	}
	if c.Sample == nil {
		c.Sample = func(string, string) {}
	}
	singles, err := c.find(ctx, sel.Bench)
	if err != nil {
		out.Partial = ctx.Err() != nil
		if out.Partial {
			err = nil
		}
		return out, err
	}
	err = c.record(&out, func(rec *recorder, commit string) error {
		if err := rec.environment(commit); err != nil {
			return err
		}
		return c.each(ctx, rec, singles, sel, &out)
	})
	return out, err
}

// find builds the packages and returns their benchmarks, by running each once.
func (c *Config) find(ctx context.Context, match *regexp.Regexp) ([]single, error) {
	binaries, err := c.build(ctx)
	if err != nil {
		return nil, err
	}
	var list []single
	for i, p := range c.Packages {
		c.Step("listing the benchmarks of " + p.Path)
		cmd := exec.CommandContext(ctx, binaries[i], "-test.run=^$", "-test.bench=.",
			"-test.benchtime=1x", "-test.timeout="+stepTimeout.String())
		cmd.Dir = filepath.Join(c.Root, filepath.FromSlash(p.Path))
		text, err := cmd.CombinedOutput()
		if err != nil {
			return nil, fmt.Errorf("%s: %w\n%s", p.Path, err, trim(text))
		}
		for line := range strings.SplitSeq(string(text), "\n") {
			name, ok := sampleOf(line)
			if !ok {
				continue
			}
			name = TrimProcs(name)
			if match == nil || match.MatchString(strings.TrimPrefix(name, "Benchmark")) {
				list = append(list, single{p, binaries[i], name})
			}
		}
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("no benchmark matches %v; schedbench run -list shows what there is", match)
	}
	return list, nil
}

var procs = regexp.MustCompile(`-[0-9]+$`)

// TrimProcs returns a benchmark's name without the suffix that the testing package
// adds for GOMAXPROCS.
func TrimProcs(name string) string { return procs.ReplaceAllString(name, "") }

// List returns the full names of the benchmarks that match, without "Benchmark".
func List(ctx context.Context, c Config, match *regexp.Regexp) ([]string, error) {
	if c.Step == nil {
		c.Step = func(string) {}
	}
	singles, err := c.find(ctx, match)
	names := make([]string, len(singles))
	for i, s := range singles {
		names[i] = strings.TrimPrefix(s.name, "Benchmark")
	}
	return names, err
}

// each runs all rounds.
func (c *Config) each(ctx context.Context, rec *recorder, singles []single, sel Selection,
	out *Outcome) error {
	start := time.Now()
	all := c.Profile.Rounds * len(singles)
	for out.Rounds < c.Profile.Rounds {
		began := time.Now()
		for i, s := range singles {
			step := fmt.Sprintf("round %d of up to %d", out.Rounds+1, c.Profile.Rounds)
			c.Sample(step, s.name)
			figure, regime, err := c.bracketed(ctx, rec, s)
			if err != nil {
				return err
			}
			if sel.Took != nil {
				sel.Took(strings.TrimPrefix(s.name, "Benchmark"), figure, regime)
			}
			if done := out.Rounds*len(singles) + i + 1; sel.Left != nil {
				left := time.Duration(float64(time.Since(start)) / float64(done) * float64(all-done))
				sel.Left(done, all, min(left, max(0, c.Profile.Budget-time.Since(start))))
			}
		}
		out.Rounds++
		if round := time.Since(began); time.Since(start)+round > c.Profile.Budget {
			break
		}
	}
	return nil
}

// bracketed takes one sample between two ping-pongs. Its lines are recorded when
// it is known in which regime it was. It returns the time of an operation, too.
func (c *Config) bracketed(ctx context.Context, rec *recorder, s single) (figure, regime string,
	err error) {
	var lines strings.Builder
	before := PingPong()
	pattern := slope.Pattern(s.name)
	if err := c.executePattern(ctx, &lineTaker{w: &lines}, s.pkg, s.bin, pattern); err != nil {
		return "", "", err
	}
	if before > 0 {
		regime = Regime(before, PingPong())
		if err := rec.key("regime", regime); err != nil {
			return "", "", err
		}
	}
	for line := range strings.SplitSeq(strings.TrimSuffix(lines.String(), "\n"), "\n") {
		if _, err := rec.line(line); err != nil {
			return "", "", fmt.Errorf("writing the results: %w", err)
		}
		if f := strings.Fields(line); len(f) >= 4 && f[3] == "ns/op" {
			figure = f[2] + " " + f[3]
		}
	}
	return figure, regime, nil
}

// key writes a key of the lines that follow, unless it is in force.
func (r *recorder) key(key, value string) error {
	if r.config[key] == value {
		return nil
	}
	r.config[key] = value
	return write(r.w, key+": "+value+"\n")
}

// environment writes what is known of the machine and the source.
func (r *recorder) environment(commit string) error {
	hash, dirty := strings.CutSuffix(commit, "-dirty")
	var err error
	for _, kv := range [][2]string{
		{"commit", hash}, {"dirty", strconv.FormatBool(dirty)}, {"goversion", runtime.Version()},
		{"gomaxprocs", strconv.Itoa(runtime.GOMAXPROCS(0))}, {"governor", governor()},
	} {
		err = errors.Join(err, r.key(kv[0], kv[1]))
	}
	return errors.Join(err,
		write(r.w, "# read it with: go tool benchstat -ignore commit,dirty FILE...\n"))
}

// governor returns how the system chooses the first processor's frequency, or
// "unknown": a virtual machine is not told.
func governor() string {
	f, err := os.Open("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor")
	if err != nil {
		return "unknown"
	}
	defer f.Close()
	s := bufio.NewScanner(f)
	if s.Scan() && slices.Contains([]string{"performance", "powersave", "schedutil", "ondemand",
		"conservative", "userspace"}, s.Text()) {
		return s.Text()
	}
	return "unknown"
}

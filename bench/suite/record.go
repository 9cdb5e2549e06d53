package suite

import (
	"fmt"
	"io"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// recorder writes the results file: of what test binaries print it keeps whole
// lines that benchstat reads, and each piece of configuration once.
type recorder struct {
	w       io.Writer
	watch   func(benchmark string)
	config  map[string]string // key -> value in force
	units   map[string]bool   // declarations that were written
	samples int
}

func newRecorder(w io.Writer) *recorder {
	return &recorder{w: w, config: map[string]string{}, units: map[string]bool{}}
}

// begin writes the head. Date, commit and profile are comments: as keys they
// would make benchstat put any two files into tables of their own.
func (r *recorder) begin(c *Config, commit string) error {
	return write(r.w, fmt.Sprintf("# date: %s\n# commit: %s\n# profile: %s\n# go: %s\n# cpus: %d\n",
		c.Now.UTC().Format(time.RFC3339), commit, c.Profile.Name, runtime.Version(),
		runtime.GOMAXPROCS(0)))
}

// end writes the last line. A file without one was cut short by a crash.
func (r *recorder) end(out Outcome, failure error) error {
	status := "complete"
	switch {
	case failure != nil:
		status = "failed"
	case out.Partial:
		status = "interrupted"
	}
	return write(r.w, fmt.Sprintf("# status: %s, %d rounds, %d samples\n",
		status, out.Rounds, r.samples))
}

// line records a line of a test binary, and reports whether it was one for the
// file. Requires: the line was complete.
func (r *recorder) line(s string) (bool, error) {
	if name, ok := sampleOf(s); ok {
		r.samples++
		if r.watch != nil {
			r.watch(name)
		}
		return true, write(r.w, s+"\n")
	}
	if strings.HasPrefix(s, "Unit ") {
		if r.units[s] {
			return true, nil
		}
		r.units[s] = true
		return true, write(r.w, s+"\n")
	}
	key, value, ok := strings.Cut(s, ": ")
	if !ok || !isConfig(key) {
		return false, nil
	}
	if r.config[key] == value {
		return true, nil
	}
	r.config[key] = value
	return true, write(r.w, s+"\n")
}

// isConfig reports whether key is one of those that the testing package writes
// above its results.
func isConfig(key string) bool {
	switch key {
	case "goos", "goarch", "pkg", "cpu":
		return true
	}
	return false
}

// sampleOf returns the name of the benchmark that s is a result of: the name,
// the iterations, then values with units.
func sampleOf(s string) (string, bool) {
	f := strings.Fields(s)
	if len(f) < 4 || len(f)%2 != 0 || !strings.HasPrefix(f[0], "Benchmark") {
		return "", false
	}
	if _, err := strconv.ParseInt(f[1], 10, 64); err != nil {
		return "", false
	}
	for i := 2; i < len(f); i += 2 {
		if _, err := strconv.ParseFloat(f[i], 64); err != nil {
			return "", false
		}
	}
	return f[0], true
}

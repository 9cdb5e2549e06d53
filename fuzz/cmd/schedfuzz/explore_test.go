package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"credence/fuzz/explore"
)

type output struct {
	code           int
	stdout, stderr string
}

func call(t *testing.T, args ...string) output {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code := run(t.Context(), &stdout, &stderr, args)
	return output{code, stdout.String(), stderr.String()}
}

func needGo(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("no go command to build with")
	}
}

func TestCommands(t *testing.T) {
	if o := call(t, "-h"); o.code != exitOK || !strings.Contains(o.stdout, "explore") {
		t.Errorf("%+v", o)
	}
	for _, args := range [][]string{nil, {"explode"}} {
		if o := call(t, args...); o.code != exitUsage || o.stdout != "" || !strings.Contains(o.stderr, "Usage:") {
			t.Errorf("%q: %+v", args, o)
		}
	}
}

func TestExploreUsage(t *testing.T) {
	needGo(t)
	if o := call(t, "explore", "-h"); o.code != exitOK || !strings.Contains(o.stdout, "Examples:") {
		t.Errorf("%+v", o)
	}
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"-nonsense"}, "not defined"},
		{[]string{"-strategy", "luck"}, `strategy "luck"; there are`},
		{[]string{"none/such"}, "-list names them"},
		{[]string{"[x"}, "syntax error in pattern"},
		{[]string{"-schedule", "a"}, "belongs to one scenario"},
		{[]string{"-schedule", "z", "wait/1 job"}, "schedule: byte 0"},
		{[]string{"-schedule", "h", "wait/1 job"}, "cannot be taken"},
		{[]string{"-strategy", "pct", "wait/1 job"}, "needs Options.Executions"},
		{[]string{"-strategy", "dpor", "-bound", "1", "wait/1 job"}, "cannot be bounded"},
	} {
		o := call(t, append([]string{"explore"}, c.args...)...)
		if o.code != exitUsage || o.stdout != "" || !strings.Contains(o.stderr, c.want) {
			t.Errorf("%q: %+v, want %q", c.args, o, c.want)
		}
	}
}

func TestExplorePlays(t *testing.T) {
	needGo(t)
	o := call(t, "explore", "spsc/*", "wait/late")
	if o.code != exitOK || strings.Count(o.stdout, "pass-exhausted") != 6 ||
		strings.Count(o.stdout, "as expected") != 7 || o.stderr != "" {
		t.Errorf("%+v", o)
	}
	o = call(t, "explore", "-strategy", "random", "-executions", "300", "-seed", "3", "credit/counter 1")
	if o.code != exitOK || !strings.Contains(o.stdout, "pass-sampled(300)") {
		t.Errorf("%+v", o)
	}
	o = call(t, "explore", "-strategy", "full", "-executions", "50", "credit/counter 2")
	if o.code != exitInconclusive || !strings.Contains(o.stdout, "pass-partial(50)") {
		t.Errorf("%+v", o)
	}
	o = call(t, "explore", "-list", "wait/late")
	if o.code != exitOK || !strings.Contains(o.stdout, "expect: lost-wakeup") {
		t.Errorf("%+v", o)
	}
}

// TestExploreReplays finds a failure, reads its schedule from the JSON, and
// replays that to the same trace.
func TestExploreReplays(t *testing.T) {
	needGo(t)
	o := call(t, "explore", "-json", "wait/late")
	var r struct {
		explore.Result
		OK bool
	}
	if err := json.Unmarshal([]byte(o.stdout), &r); err != nil || o.code != exitOK || !r.OK {
		t.Fatalf("%v: %+v", err, o)
	}
	if r.Verdict != explore.LostWakeup || r.Trace == nil || r.Trace.Nearest == nil || len(r.Trace.Steps) > 26 {
		t.Fatalf("%+v", r)
	}
	var want bytes.Buffer
	if err := r.Trace.Print(&want); err != nil {
		t.Fatal(err)
	}
	again := call(t, "explore", "-schedule", r.Schedule, "wait/late")
	if again.code != exitFinding || again.stdout != want.String() {
		t.Errorf("code %d, trace\n%s\nwant\n%s", again.code, again.stdout, want.String())
	}
}

func TestExploreWithoutItsSurroundings(t *testing.T) {
	t.Run("no source", func(t *testing.T) {
		needGo(t)
		t.Chdir(t.TempDir())
		if o := call(t, "explore"); o.code != exitInconclusive || !strings.Contains(o.stderr, "source tree") {
			t.Errorf("%+v", o)
		}
	})
	t.Run("no go", func(t *testing.T) {
		t.Setenv("PATH", t.TempDir())
		if o := call(t, "explore"); o.code != exitInconclusive || !strings.Contains(o.stderr, "install Go") {
			t.Errorf("%+v", o)
		}
	})
}

// TestHelperIsBuiltAnew wants another helper for another source, and the same for
// the same.
func TestHelperIsBuiltAnew(t *testing.T) {
	root := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(filepath.Join(root, name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(root, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, f := range []string{"go.mod", "core/a.go", "fuzz/b.go", "hwmock/c.go"} {
		write(f, "one")
	}
	hash := func() string {
		t.Helper()
		h, err := sourceHash(root, "salt")
		if err != nil {
			t.Fatal(err)
		}
		return h
	}
	first := hash()
	write("core/a_test.go", "a test")
	if hash() != first {
		t.Error("a test counts as source")
	}
	seen := map[string]bool{first: true}
	for _, f := range []string{"go.mod", "core/a.go", "fuzz/b.go", "hwmock/c.go", "core/new.go"} {
		write(f, "two")
		if h := hash(); seen[h] {
			t.Errorf("%s does not count", f)
		} else {
			seen[h] = true
		}
	}
}

// TestExploreGoesOn wants what was finished to be taken from the file of -resume, the
// parts of shards to add up, and a line in the ledger.
func TestExploreGoesOn(t *testing.T) {
	needGo(t)
	dir := t.TempDir()
	file, ledger := filepath.Join(dir, "kept.jsonl"), filepath.Join(dir, "ledger.jsonl")
	first := call(t, "explore", "-resume", file, "-ledger", ledger, "wait/1 job", "wait/late")
	text, err := os.ReadFile(file)
	if err != nil || first.code != exitOK || bytes.Count(text, []byte("\n")) != 2 {
		t.Fatalf("%v: %s %+v", err, text, first)
	}
	// A result that only the file can know of.
	forged := bytes.Replace(text, []byte(`"Executions":12`), []byte(`"Executions":77`), 1)
	if err := os.WriteFile(file, append(forged, `{"Key":"cut o`...), 0o666); err != nil {
		t.Fatal(err)
	}
	again := call(t, "explore", "-resume", file, "-ledger", ledger, "wait/1 job", "wait/late")
	if again.code != exitOK || !strings.Contains(again.stdout, " 77 executions") {
		t.Errorf("%+v", again)
	}
	if text, err := os.ReadFile(ledger); err != nil || bytes.Count(text, []byte(`"executions"`)) != 2 {
		t.Errorf("%v: %s", err, text)
	}
	var parts []string
	for _, shard := range []string{"1/2", "2/2"} {
		parts = append(parts, filepath.Join(dir, shard[:1]))
		o := call(t, "explore", "-strategy", "random", "-executions", "300", "-shard", shard,
			"-resume", parts[len(parts)-1], "wait/1 job")
		if o.code != exitOK || !strings.Contains(o.stdout, "pass-sampled(150)") {
			t.Errorf("%s: %+v", shard, o)
		}
	}
	o := call(t, append([]string{"explore", "-merge"}, parts...)...)
	if o.code != exitOK || !strings.Contains(o.stdout, "pass-sampled(300)") {
		t.Errorf("%+v", o)
	}
	o = call(t, "explore", "-shard", "3/2", "wait/1 job")
	if o.code != exitUsage || !strings.Contains(o.stderr, "want I/N") {
		t.Errorf("%+v", o)
	}
}

// TestExploreLimits: states within the memory that was given, and a trace in a file.
func TestExploreLimits(t *testing.T) {
	needGo(t)
	o := call(t, "explore", "-strategy", "states", "-max-mem", "1", "sched/2 jobs, 2 in flight")
	if o.code != exitInconclusive || !strings.Contains(o.stdout, "pass-partial") {
		t.Errorf("%+v", o)
	}
	file := filepath.Join(t.TempDir(), "late.pftrace")
	o = call(t, "explore", "-trace", "-perfetto", file, "wait/late")
	if text, err := os.ReadFile(file); err != nil || o.code != exitOK || !bytes.Contains(text, []byte("sleeps")) {
		t.Errorf("%v: %d bytes, %+v", err, len(text), o)
	}
}

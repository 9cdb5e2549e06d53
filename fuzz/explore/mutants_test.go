//go:build explore

package explore

import (
	"context"
	"encoding/json"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var withMutants = flag.Bool("mutants", false, "break the engine in each way of the list, and want the tests to notice")

// mutant is a way to break the engine: what stands once in a file, and what
// stands there instead.
type mutant struct{ name, file, old, new string }

// mutants are wrong reductions, wrong meanings of sleeping and waking, wrong
// orders of plain memory, and wrong bounds. The agreement with the reference and
// the tests of verdicts must notice each.
var mutants = []mutant{
	{"no race is tried the other way round", "order.go",
		"n.backtrack |= initial & -initial", "_ = initial"},
	{"races of a write with reads are left out", "order.go",
		"case write && others != 0:", "case write && others != 0 && d < 0:"},
	{"races with writes are left out", "order.go",
		"case a.write > 0:\n\t\te.race", "case a.write > 0 && d < 0:\n\t\te.race"},
	{"only the first reader races", "order.go",
		"if last {\n\t\t\te.race(t, r, d, before, c)\n\t\t}", "if last {\n\t\t\te.race(t, r, d, before, c)\n\t\t\treturn\n\t\t}"},
	{"a read orders nothing", "order.go",
		"c.join(&e.nodes[a.write-1].clock)", "_ = c"},
	{"everything comes before", "order.go",
		"before[n.thread] >= n.seq {\n\t\treturn", "before[n.thread]+1 >= n.seq {\n\t\treturn"},
	{"who begins does not matter", "order.go",
		"if begins(&m.clock, &first, seen) {", "if true {"},
	{"an undone event leaves its mark on the clock", "order.go",
		"o.clock = clock{}\n\tif o.last > 0 {", "if o.last > 1<<30 {"},
	{"an undone write stays", "order.go", "a.write = n.wasWrite", "_ = a"},
	{"undone reads stay", "order.go", "a.readers = n.wasReaders", "_ = n"},
	{"sleepers are not woken by writes", "engine.go",
		"q.loc == t.loc && (write || q.writes())", "q.loc == t.loc && q.writes()"},
	{"sleepers are not woken by reads", "engine.go",
		"q.loc == t.loc && (write || q.writes())", "q.loc == t.loc && write"},
	{"what was played does not sleep behind its own step", "engine.go",
		"s := (n.sleep | n.done) &^ t.bit", "s := n.sleep | n.done"},
	{"a choice forgets who sleeps", "engine.go",
		"e.sleep, e.preempted = e.nodes[d].sleep, int(e.nodes[d].before)",
		"e.sleep, e.preempted = 255, int(e.nodes[d].before)"},
	{"the last alternative is left out", "search.go",
		"if n.value+1 == n.of {", "if n.value+2 >= n.of {"},
	{"a change wakes nobody", "engine.go", "w := l.waiters &^ t.bit; w != 0", "w := l.waiters &^ t.bit; w > 127"},
	{"one wake-up is for one", "engine.go", "t.order.woken = d + 1\n\t}", "t.order.woken = d + 1\n\t\treturn\n\t}"},
	{"a lock that is taken is taken", "engine.go",
		"if result != 0 || !op.Blocks() {", "if result != 0 || op != xatomic.OpPark {"},
	{"a park without a token returns", "engine.go",
		"if result != 0 || !op.Blocks() {", "if result != 0 || op != xatomic.OpLock {"},
	{"a token lasts", "../../core/xatomic/explore_apply.go", "case OpUnlock, OpTryPark, OpPark:\n\t\treturn 0, v",
		"case OpPark:\n\t\treturn v, v\n\tcase OpUnlock, OpTryPark:\n\t\treturn 0, v"},
	{"waking without a token is for nothing", "engine.go", "t.spurned < e.program.Spurious", "t.spurned > e.program.Spurious"},
	{"an interrupt comes at the end alone", "thread.go", "for !t.inside && len(t.raised) > 0 && t.e.decide(2) == 1 {",
		"for !t.inside && len(t.raised) > 0 && t.e.decide(2) == 7 {"},
	{"a sleeper's interrupt is lost", "engine.go", "if len(t.raised) > 0 && !t.inside {", "if len(t.raised) > 99 && !t.inside {"},
	{"a store publishes nothing", "race.go", "case xatomic.OpStore, xatomic.OpUnlock:\n\t\treads = false",
		"case xatomic.OpStore, xatomic.OpUnlock:\n\t\treads, publishes = false, false"},
	{"a load learns nothing", "race.go", "case xatomic.OpLoad:\n\t\tpublishes = false",
		"case xatomic.OpLoad:\n\t\treads, publishes = false, false"},
	{"reads race with nobody", "race.go", "if r > t.known[i] {", "if r > t.known[i] && !write {"},
	{"an access is known before it is published", "race.go", "t.known[t.index]++\n", "_ = t\n"},
	{"undone accesses stay", "race.go", "e.locs[c.index].plain = c.plain", "_ = c"},
	{"undone knowledge stays", "race.go", "e.locs[c.index].known = c.known", "_ = c"},
	{"changes are reads", "engine.go", "write := changed || t.publishes()", "write := t.publishes()"},
	{"a state is what the words hold", "state.go", "h ^= holds(uint32(i), t.history)", "h ^= holds(uint32(i), t.history&0)"},
	{"a state is what the threads saw", "state.go", "e.state ^= holds(t.loc, old) ^ holds(t.loc, next)", "_, _ = old, next"},
	{"the bound is one too small", "search.go", "e.preempted >= s.bound", "e.preempted+1 >= s.bound"},
	{"preemptions before the branch do not count", "engine.go",
		"e.preempted = min(int(n.before)+e.preemption(int(n.thread), n.enabled), 255)", "_ = n.before"},
	{"a seen state counts whatever the bound left", "search.go", "ok && was <= used", "ok && (was <= used || true)"},
	{"memory is not put back", "snapshot.go", "s.regions[i].at.Set(s.regions[i].saved)", "_ = i"},
	{"pollers are held for ever", "rounds.go", "e.locs[l.loc].waiters |= t.bit", "_ = l"},
	{"loops are loops wherever they are", "rounds.go", "for _, pc := range stack[:t.callers(stack[:])] {",
		"for _, pc := range stack[:t.callers(stack[:])*0] {"},
	{"a state that was met is left whoever slept then", "states.go",
		"n.backtrack = was.follow & was.sleep &^ n.sleep", "n.backtrack = 0"},
	{"states do not tell stacks", "stack.go", "hash = (hash ^ v) * 0xd6e8feb86659fd93", "hash = 1"},
	{"states do not tell memory", "image.go", "hash += mix(m.base+uint64(w), v)", "hash += 0"},
	{"states do not tell whose turn it was", "states.go",
		"key = mix(key, uint64(e.last+1))", "key = mix(key, 1)"},
	{"a state counts for all bounds", "states.go", "if was.used <= n.before {", "if was.used < 255 {"},
	{"memory of an execution's own is not minded", "stack.go", "if s.allocates && !s.known(v) {", "if false {"},
	{"nobody interferes", "future.go", "s |= u.bit", "_ = u"},
	{"nothing is known of nowhere", "future.go", "p.born == f.pass {", "p.born == -1 {"},
	{"states do not tell who was woken", "states.go", "uint64(t.spurned)<<3|", "0|"},
	{"a loop is no loop", "states.go", "if who&(who-1) == 0 {", "if who == 0 {"},
}

// TestMutants builds this package with each mutant in place and wants its tests
// to fail.
func TestMutants(t *testing.T) {
	if !*withMutants {
		t.Skip("takes minutes; -mutants runs it")
	}
	names := make(map[string]bool)
	for _, m := range mutants {
		if names[m.name] {
			t.Errorf("two mutants %q", m.name)
		}
		names[m.name] = true
		t.Run(m.name, m.run)
	}
	t.Logf("%d mutants", len(mutants))
}

// TestMutantsApply wants what each mutant replaces to stand in its file once, so
// that the list keeps up with the engine.
func TestMutantsApply(t *testing.T) {
	for _, m := range mutants {
		source, err := os.ReadFile(m.file)
		if err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(string(source), m.old); n != 1 {
			t.Errorf("%s: %q stands %d times in %s", m.name, m.old, n, m.file)
		}
	}
}

// lifetime is how long a mutant's tests may take; one that hangs is noticed.
const lifetime = 60 * time.Second

func (m *mutant) run(t *testing.T) {
	source, err := os.ReadFile(m.file)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	write := func(name, text string) string {
		t.Helper()
		name = filepath.Join(dir, name)
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return name
	}
	original, err := filepath.Abs(m.file)
	if err != nil {
		t.Fatal(err)
	}
	broken := write("broken.go", strings.Replace(string(source), m.old, m.new, 1))
	overlay, err := json.Marshal(map[string]any{"Replace": map[string]string{original: broken}})
	if err != nil {
		t.Fatal(err)
	}
	binary := filepath.Join(dir, "mutant.test")
	build := exec.Command("go", "test", "-c", "-tags", "explore", "-vet", "off",
		"-overlay", write("overlay.json", string(overlay)), "-o", binary, ".")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("does not build: %v\n%s", err, out)
	}
	ctx, cancel := context.WithTimeout(t.Context(), lifetime)
	defer cancel()
	tests := exec.CommandContext(ctx, binary, "-test.run", "Agree|Lock|Token|Interrupt|Loop|Livelock|Limit|Panics|Trace|Unreachable|States")
	tests.Dir, _ = os.Getwd()
	out, err := tests.CombinedOutput()
	if err == nil {
		t.Errorf("%s: %s -> %s: no test noticed", m.name, m.old, m.new)
		return
	}
	for _, l := range strings.Split(string(out), "\n") {
		if strings.HasPrefix(l, "--- FAIL") || strings.HasPrefix(l, "panic:") {
			t.Log("noticed: " + l)
			return
		}
	}
	t.Logf("noticed: %v", err)
}

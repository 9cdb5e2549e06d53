package main

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"
)

// testPair returns a pair on two processors, and skips the test where there are
// not as many.
func testPair(t *testing.T) *pair {
	t.Helper()
	cpus, err := allowedCPUs()
	if err != nil {
		t.Fatal(err)
	}
	if len(cpus) < 2 {
		t.Skipf("two processors are needed, %d allowed", len(cpus))
	}
	p, err := newPair([2]int(cpus))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.close)
	return p
}

// counting returns ends that count their operations.
func counting(a, b *int) ends {
	count := func(to *int) side {
		return func(n int) int {
			*to += n
			return 0
		}
	}
	return ends{a: count(a), b: count(b)}
}

func TestPairRunsEachOperation(t *testing.T) {
	p := testPair(t)
	var a, b int
	e := counting(&a, &b)
	if _, wrong := p.timed(e, 3, 40); wrong != 0 || a != 43 || b != 43 {
		t.Errorf("timed: %d and %d operations, %d wrong; want 43 each, 0 wrong", a, b, wrong)
	}
	a, b = 0, 0
	if rtt, wrong := p.trips(e, 5); wrong != 0 || rtt < 0 || a != 5*chunkTrips || b != a {
		t.Errorf("trips: %d and %d operations, %d wrong", a, b, wrong)
	}
	a, b = 0, 0
	e.b = nil
	if _, wrong := p.timed(e, 3, 40); wrong != 0 || a != 43 || b != 0 {
		t.Errorf("alone: %d and %d operations, %d wrong", a, b, wrong)
	}
}

func TestPairAddsUpWrongResults(t *testing.T) {
	p := testPair(t)
	bad := func(n int) int { return n }
	if _, wrong := p.timed(ends{a: bad, b: bad}, 2, 5); wrong != 14 {
		t.Errorf("two ends: %d wrong, want 14", wrong)
	}
	if _, wrong := p.timed(ends{a: bad}, 2, 5); wrong != 7 {
		t.Errorf("one end: %d wrong, want 7", wrong)
	}
	if _, wrong := p.trips(ends{a: bad, b: bad}, 3); wrong != 2*3*chunkTrips {
		t.Errorf("trips: %d wrong, want %d", wrong, 2*3*chunkTrips)
	}
}

func TestRawPingPongAnswersEachStrike(t *testing.T) {
	e := newPingPong()
	for _, n := range []int{1, 100, 1000} {
		together(e, n) // does not end if a strike stays without an answer
	}
}

func TestOperationsFillTheSpan(t *testing.T) {
	s := &subject{last: 50}
	s.at[far] = 200
	for _, c := range []struct {
		r    regime
		want int
	}{{near, 20_000}, {far, 5_000}} {
		if got := s.operations(time.Millisecond, c.r); got != c.want {
			t.Errorf("%v: %d operations in 1ms, want %d", c.r, got, c.want)
		}
	}
	s.last = 1e12
	if got := s.operations(time.Millisecond, smt); got != 1 {
		t.Errorf("slow row: %d operations, want 1", got)
	}
}

// fakeRows returns rows of ends that do nothing, slowly enough to be timed.
func fakeRows(n int) []*row {
	rows := make([]*row, n)
	for i := range rows {
		rows[i] = &row{
			family: "PushPop", params: string(rune('a' + i)), impl: "fake",
			build: func() ends {
				return ends{a: func(int) int { time.Sleep(200 * time.Microsecond); return 0 }}
			},
		}
	}
	return rows
}

// rounds samples each of five rows in rounds rounds and returns the order.
func rounds(t *testing.T, seed uint64, rounds int) []string {
	t.Helper()
	m := newMeter(testPair(t), time.Millisecond)
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	rows := fakeRows(5)
	taken, err := m.run(ctx, rows, seed, func(n int) {
		if n == rounds*len(rows) {
			stop()
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	var order []string
	for _, s := range taken {
		order = append(order, s.row.params)
	}
	return order
}

func TestRowsTakeTurnsInSeededOrder(t *testing.T) {
	first := rounds(t, 1, 4)
	if len(first) != 20 {
		t.Fatalf("%d samples, want 20", len(first))
	}
	for i := 0; i < 20; i += 5 {
		round := slices.Sorted(slices.Values(first[i : i+5]))
		if strings.Join(round, "") != "abcde" {
			t.Errorf("round %d samples %v, want each row once", i/5, first[i:i+5])
		}
	}
	if again := rounds(t, 1, 4); !slices.Equal(first, again) {
		t.Errorf("seed 1 twice: %v, then %v", first, again)
	}
	if other := rounds(t, 2, 4); slices.Equal(first, other) {
		t.Errorf("seeds 1 and 2: the same order %v", first)
	}
	if slices.Equal(first[:5], first[5:10]) && slices.Equal(first[5:10], first[10:15]) {
		t.Errorf("three rounds in one order: %v", first)
	}
}

// TestBrokenContenderIsNotCompared plants a row whose consumer finds one item
// out of order, once in calibration and once only later.
func TestBrokenContenderIsNotCompared(t *testing.T) {
	for _, good := range []int{0, 3} {
		rows := fakeRows(1)
		build, built := rows[0].build, 0
		rows[0].build = func() ends {
			if built++; built > good {
				return ends{a: func(int) int { return 1 }}
			}
			return build()
		}
		m := newMeter(testPair(t), time.Millisecond)
		ctx, stop := context.WithCancel(context.Background())
		_, err := m.run(ctx, rows, 1, func(taken int) {
			if taken > good {
				stop()
			}
		})
		stop()
		if err == nil || !strings.Contains(err.Error(), "PushPop/a/impl=fake") {
			t.Errorf("after %d good samples: error %v, want one that names the row", good, err)
		}
		var usage usageError
		if errors.As(err, &usage) {
			t.Errorf("a broken contender is reported as a usage error: %v", err)
		}
	}
}

// TestRunEndToEnd runs the command itself on rows of each kind, briefly: what is
// checked is the shape of the report and the agreement of exit code and report.
func TestRunEndToEnd(t *testing.T) {
	testPair(t)
	out := new(strings.Builder)
	err := run(context.Background(), out, io.Discard, []string{
		"-time", "1500ms", "-sample", "1ms", "-format", "benchfmt",
		"-rows", `^RoundTrip/item=word/impl=raw|^PushPop/item=word|limit=2/.*impl=credence-counter`,
	})
	if code := exitCode(err); code != exitOK && code != exitInconclusive {
		t.Fatalf("exit code %d: %v", code, err)
	}
	most := 0
	samples := make(map[string]int)
	for _, line := range strings.Split(out.String(), "\n") {
		if f := strings.Fields(line); strings.HasPrefix(line, "Benchmark") {
			if len(f) != 8 || f[3] != "ns/op" || f[5] != "RTT/op" || f[7] != "raw-ns" {
				t.Fatalf("malformed line %q", line)
			}
			samples[f[0]]++
			most = max(most, samples[f[0]])
		}
	}
	if (err == nil) != (most >= minimumOK) {
		t.Errorf("error %v with %d samples of a row in one regime at most", err, most)
	}
}

func TestInterruptedRunReports(t *testing.T) {
	testPair(t)
	ctx, stop := context.WithCancel(context.Background())
	stop()
	out := new(strings.Builder)
	err := run(ctx, out, io.Discard, []string{"-rows", "^PushPop/item=word/impl=credence$"})
	if exitCode(err) != exitInconclusive || !strings.Contains(err.Error(), "interrupted") {
		t.Errorf("error %v, want one that says interrupted", err)
	}
	if !strings.Contains(out.String(), "0 samples") {
		t.Errorf("no report: %q", out)
	}
}

package gate

import (
	"math"
	"slices"
	"strings"
	"testing"
)

// Holm's own way: the smallest p times m, the next times m-1, never less than
// the one before.
func TestHolm(t *testing.T) {
	for _, c := range []struct{ p, want []float64 }{
		{nil, []float64{}},
		{[]float64{0.02}, []float64{0.02}},
		{[]float64{0.01, 0.04, 0.03, 0.005}, []float64{0.03, 0.06, 0.06, 0.02}},
		{[]float64{0.5, 0.5, 0.9}, []float64{1, 1, 1}},
	} {
		got := holm(c.p)
		if !slices.EqualFunc(got, c.want, func(a, b float64) bool { return math.Abs(a-b) < 1e-12 }) {
			t.Errorf("%v: %v, want %v", c.p, got, c.want)
		}
	}
}

// The interval is the one that belongs to the test: the k-th difference from
// either end, where k comes from a count of all orders.
func TestRankAgainstAllOrders(t *testing.T) {
	for _, c := range [][2]int{{3, 3}, {5, 5}, {6, 4}, {8, 8}} {
		n, m := c[0], c[1]
		counts := map[int]float64{}
		var walk func(i, bases, u int)
		walk = func(i, bases, u int) { // places n bases among m heads; u counts heads below
			if i == n+m {
				if bases == n {
					counts[u]++
				}
				return
			}
			if bases < n {
				walk(i+1, bases+1, u+(i-bases))
			}
			if i-bases < m {
				walk(i+1, bases, u)
			}
		}
		walk(0, 0, 0)
		total, below, want := 0.0, 0.0, 0
		for _, k := range counts {
			total += k
		}
		for ; ; want++ {
			if below += counts[want]; below/total > (1-confidence)/2 {
				break
			}
		}
		if got := rank(n, m); got != want {
			t.Errorf("%d and %d replicates: %d, want %d", n, m, got, want)
		}
	}
	if got := rank(30, 30); got < 310 || got > 325 { // 1.96 deviations below 450
		t.Errorf("30 and 30: %d", got)
	}
}

func TestChange(t *testing.T) {
	s := sides{base: []float64{1, 2, 3, 4, 5, 6}, head: []float64{3, 4, 5, 6, 7, 8}}
	mid, lo, hi := s.change()
	if want := 2 / 3.5; math.Abs(mid-want) > 1e-12 || !(lo <= mid && mid <= hi) || lo > 0 {
		t.Errorf("%g in %g to %g, want %g", mid, lo, hi, want)
	}
	s = sides{base: []float64{0, 0, 0}, head: []float64{1, 1, 1}}
	if mid, _, _ := s.change(); !math.IsInf(mid, 1) {
		t.Errorf("from nothing to something is %g", mid)
	}
	if s.base = s.head; true {
		if mid, _, _ := s.change(); mid != 0 {
			t.Errorf("no change is %g", mid)
		}
	}
}

// The floor follows the noise: a tenfold spread gives a tenfold floor.
func TestFloor(t *testing.T) {
	quiet, loud := sides{layouts: true, log: true}, sides{layouts: true, log: true}
	for i := range 8 {
		x := float64(i) - 3.5
		quiet.base, loud.base = append(quiet.base, x/1000), append(loud.base, x/100)
	}
	quiet.head, loud.head = quiet.base, loud.base
	a, b := quiet.floor(1), loud.floor(1)
	if a <= 0 || math.Abs(math.Log1p(b)/math.Log1p(a)-10) > 1e-6 {
		t.Errorf("floors %g and %g", a, b)
	}
	// Halves of two binaries are one each, so all splits are alike.
	two := sides{layouts: true, log: true, base: []float64{0, 0.02}, head: []float64{1, 1.02}}
	if got, want := two.floor(1), math.Expm1(0.02/math.Sqrt2); math.Abs(got-want) > 1e-12 {
		t.Errorf("floor %g, want %g", got, want)
	}
	if a != quiet.floor(1) {
		t.Error("the floor does not repeat")
	}
}

// A group that one side lacks does not move the other; a drift that moves a
// whole group cancels.
func TestCentre(t *testing.T) {
	at := func(v float64, group string) point { return point{v: v, group: group} }
	base := []point{at(1, "a"), at(2, "a"), at(11, "b"), at(12, "b"), at(100, "c")}
	head := []point{at(2, "a"), at(3, "a"), at(12, "b"), at(13, "b"), at(-50, "d")}
	centre(base, head, true)
	if got, want := values(base), []float64{-1, 0, -1, 0}; !slices.Equal(got, want) {
		t.Errorf("base %v, want %v", got, want)
	}
	if got, want := values(head), []float64{0, 1, 0, 1}; !slices.Equal(got, want) {
		t.Errorf("head %v, want %v", got, want)
	}
}

func TestLimitsFirstMatchHolds(t *testing.T) {
	l, err := ParseLimits("l", "A/*x ns/op 1% # comment\nA/* host 2%\n* exact 0\n*b*c* * off\n")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, unit string
		kind       Kind
		line       int
	}{
		{"A/x", "sec/op", Host, 1}, {"A/zzx", "sec/op", Host, 1}, {"A/x", "B/op", Host, 2},
		{"A/y", "sec/op", Host, 2}, {"B", "jobs", Exact, 3}, {"abbcc", "B/op", Host, 4},
		{"bc", "x", Host, 4}, {"cb", "x", Host, 0}, {"A", "x", Host, 0},
	} {
		got := 0
		if lim := l.Of(Row{Name: c.name, Unit: c.unit}, c.kind); lim != nil {
			got = lim.Line
		}
		if got != c.line {
			t.Errorf("%s %s: line %d, want %d", c.name, c.unit, got, c.line)
		}
	}
}

func TestMatchAgainstTwin(t *testing.T) {
	// The twin tries every length for each *.
	var twin func(p, s string) bool
	twin = func(p, s string) bool {
		switch {
		case p == "":
			return s == ""
		case p[0] == '*':
			return twin(p[1:], s) || s != "" && twin(p, s[1:])
		}
		return s != "" && p[0] == s[0] && twin(p[1:], s[1:])
	}
	var words func(alphabet string, n int) []string
	words = func(alphabet string, n int) []string {
		out := []string{""}
		if n == 0 {
			return out
		}
		for _, w := range words(alphabet, n-1) {
			for _, c := range alphabet {
				out = append(out, w+string(c))
			}
		}
		return out
	}
	names := words("ab", 5)
	for _, p := range words("ab*", 5) {
		for _, s := range names {
			if got, want := match(p, s), twin(p, s); got != want {
				t.Fatalf("%q on %q: %t, want %t", p, s, got, want)
			}
		}
	}
}

// Rows that only one side has: in the base it is a question, in the head a note.
func TestRowsOfOneSide(t *testing.T) {
	a := plain(1).text()
	more := strings.Replace(strings.ReplaceAll(a, "BenchmarkB-2", "BenchmarkC-2"), "40 samples", "40 samples", 1)
	base, _ := Parse("a", []byte(a))
	head, err := Parse("b", []byte(more))
	if err != nil {
		t.Fatal(err)
	}
	v, err := Judge(base, head, Options{})
	if err != nil || v.Exit() != ExitInconclusive || v.Rows[0].Name != "B" {
		t.Errorf("%v %+v", err, v)
	}
	if !slices.ContainsFunc(v.Notes, func(s string) bool { return strings.HasSuffix(s, ": C") }) {
		t.Errorf("notes %q", v.Notes)
	}
}

// An exact figure that varies is the side's defect in which it does.
func TestExactThatVaries(t *testing.T) {
	steady := plain(1)
	steady.hash = 7
	text := steady.text()
	broken := strings.Replace(text, "7 history-hash", "8 history-hash", 1)
	good, _ := Parse("good", []byte(text))
	bad, err := Parse("bad", []byte(broken))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		base, head *Set
		exit       int
	}{{good, bad, ExitRegressed}, {bad, good, ExitInconclusive}} {
		v, err := Judge(c.base, c.head, Options{})
		if err != nil || v.Exit() != c.exit || !strings.Contains(v.Rows[0].Why, "declared exact, but lines 6 and") {
			t.Errorf("%s to %s: %v %+v", c.base.Name, c.head.Name, err, v.Rows[0])
		}
	}
}

// Of two files from different machines what is exact is judged all the same.
func TestExactAcrossMachines(t *testing.T) {
	base, head := plain(1), plain(2)
	base.hash, head.hash, head.cpu = 7, 8, "Y"
	v := verdict(t, base, head)
	if v.Count(Regressed) != 2 || v.Count(Inconclusive) != 2 || v.Exit() != ExitRegressed {
		t.Error(v.Line())
	}
}

// Host time cannot be accepted: a baseline that has it says nothing.
func TestBaselineIsNoExcuseForTime(t *testing.T) {
	base, head := plain(1), plain(2)
	head.slower, head.noise = 0.1, 0
	b, h := base.set(t, "base"), head.set(t, "head")
	v, err := Judge(b, h, Options{Baseline: h})
	if err != nil || v.Count(Regressed) != 1 || v.Count(Accepted) != 0 {
		t.Errorf("%v %s", err, v.Line())
	}
}

func TestCut(t *testing.T) {
	base, head := plain(1), plain(2)
	base.hash, head.hash, head.slower = 7, 7, 0.1
	v := verdict(t, base, head)
	s := v.Cut(1)
	if len(s.Rows) != 1 || s.Rows[0].Outcome != Regressed {
		t.Errorf("the worst is not first: %+v", s.Rows)
	}
	if got, want := s.More(), "3 more rows: same 3; -rows 0 shows all"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	for _, n := range []int{0, 4, 5} {
		if s := v.Cut(n); len(s.Rows) != 4 || s.More() != "" {
			t.Errorf("%d: %d rows, %q", n, len(s.Rows), s.More())
		}
	}
}

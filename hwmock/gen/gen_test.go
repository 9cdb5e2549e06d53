package gen_test

import (
	"fmt"
	"strings"
	"testing"

	"credence/hwmock/gen"
)

func make1(t testing.TB, name string) *gen.System {
	t.Helper()
	s, err := gen.Make(name)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// text is what a system consists of.
func text(s *gen.System) string {
	var b strings.Builder
	for _, l := range s.Loads {
		fmt.Fprintf(&b, "%d clients, %d times:\n%s", l.Clients, l.Repeats, l.Workload)
	}
	return b.String()
}

// TestNamesMakeTheSameAgain: the name that a system carries has every parameter.
func TestNamesMakeTheSameAgain(t *testing.T) {
	seen := map[string]bool{}
	for _, k := range gen.Kinds() {
		s := make1(t, gen.Prefix+k.Name)
		again := make1(t, s.Name)
		if again.Name != s.Name || text(again) != text(s) || again.Capacity != s.Capacity {
			t.Errorf("%s makes\n%s\nand %s\n%s", s.Name, text(s), again.Name, text(again))
		}
		if want := strings.Count(s.Name, "="); want != len(k.Params) || seen[text(s)] || k.About == "" {
			t.Errorf("%s: %d parameters in %s", k.Name, len(k.Params), s.Name)
		}
		seen[text(s)] = true
	}
}

// TestParametersReachTheSteps: each of them changes what is made.
func TestParametersReachTheSteps(t *testing.T) {
	for _, k := range gen.Kinds() {
		base := text(make1(t, gen.Prefix+k.Name))
		for _, p := range k.Params {
			values := p.Choices
			if values == nil {
				values = []string{fmt.Sprint(p.Least), fmt.Sprint(p.Most)}
			}
			made := map[string]bool{base: true}
			for _, v := range values {
				s := make1(t, gen.Prefix+k.Name+":"+p.Name+"="+v)
				made[text(s)] = true
			}
			if want := len(values); len(made) < want || len(made) < 2 {
				t.Errorf("%s: the values %q of %s make %d systems", k.Name, values, p.Name, len(made))
			}
		}
	}
}

func TestWrongNamesAreRefused(t *testing.T) {
	for _, c := range []struct{ name, want string }{
		{"poisson", "poisson: no generator, as it does not begin with gen:"},
		{"gen:", `gen:: no generator ""; there are poisson, bursty, `},
		{"gen:fog:a=1", `gen:fog:a=1: no generator "fog"; there are`},
		{"gen:poisson:rate=5", `gen:poisson:rate=5: "rate=5" is no parameter; poisson has ` +
			"every=1000,us=700,law=exponential,engine=DEFAULT,clients=1"},
		{"gen:poisson:us", `gen:poisson:us: "us" is no parameter`},
		{"gen:poisson:us=5,us=6", "gen:poisson:us=5,us=6: us is given twice"},
		{"gen:poisson:us=0", "gen:poisson:us=0: us=0: permitted: 1 to 1000000"},
		{"gen:poisson:us=07", "gen:poisson:us=07: us=07: permitted: 1 to"},
		{"gen:poisson:us=1.5", "gen:poisson:us=1.5: us=1.5: permitted: 1 to"},
		{"gen:poisson:us=", "gen:poisson:us=: us=: permitted"},
		{"gen:poisson:law=normal", "gen:poisson:law=normal: law=normal: permitted: exponential, constant"},
		{"gen:kunit-two:case=11", "gen:kunit-two:case=11: case=11: permitted: 1 to 10"},
		{"gen:poisson:,", `gen:poisson:,: "" is no parameter`},
	} {
		if s, err := gen.Make(c.name); s != nil || err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s: got %v\nwant %s", c.name, err, c.want)
		}
	}
}

// TestKernelClientsLoopAsOftenAsTheKernels: the figures are those of the tables of
// the kernel's suites.
func TestKernelClientsLoopAsOftenAsTheKernels(t *testing.T) {
	for i, want := range [][2]int64{{125, 125}, {125, 125}, {125, 125}, {125, 125}, {334, 200},
		{334, 200}, {334, 200}, {125, 96}, {100, 100}, {5, 100}} {
		s := make1(t, fmt.Sprintf("gen:kunit-two:case=%d", i+1))
		if got := [2]int64{s.Loads[0].Repeats, s.Loads[1].Repeats}; got != want {
			t.Errorf("row %d: %d cycles, want %d", i+1, got, want)
		}
	}
	for clients, want := range map[int]int64{2: 125, 3: 84, 7: 36, 13: 19, 31: 16} {
		s := make1(t, fmt.Sprintf("gen:kunit-many:clients=%d", clients))
		if l := s.Loads[0]; l.Repeats != want || l.Clients != clients {
			t.Errorf("%d clients: %d of %d cycles, want %d", clients, l.Clients, l.Repeats, want)
		}
	}
	const hog = "1 clients, 125 times:\nP.1.-1\n1.DEFAULT.2500.0.0\n1.DEFAULT.2500.0.0\n" +
		"1.DEFAULT.2500.0.0\nd.500\n1 clients, 96 times:\n1.DEFAULT.500.0.1\nd.10000\n"
	if got := text(make1(t, "gen:kunit-two:case=8")); got != hog {
		t.Errorf("row 8 is\n%s", got)
	}
}

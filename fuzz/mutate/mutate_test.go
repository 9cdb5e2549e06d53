package mutate

import (
	"go/parser"
	"go/token"
	"slices"
	"strings"
	"testing"
)

const root = "../.."

// load reads a package of this module.
func load(t *testing.T, dir string) *Package {
	t.Helper()
	p, err := Load(root, dir)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// Every mutant is a file that can be parsed and is not the one of before, and no
// two have a name in common.
func TestSharedMutantsAreChanges(t *testing.T) {
	ids := map[string]bool{}
	var operators []string
	for _, dir := range []string{"core/spsc", "core/sched"} {
		p := load(t, dir)
		for _, m := range p.Shared() {
			text := p.Text(m.File)
			changed := m.Source(text)
			if string(changed) == string(text) {
				t.Errorf("%s changes nothing", m.ID)
			}
			if _, err := parser.ParseFile(token.NewFileSet(), m.File, changed, 0); err != nil {
				t.Errorf("%s: %v", m.ID, err)
			}
			if id := dir + "/" + m.ID; ids[id] {
				t.Errorf("%s: twice", id)
			} else {
				ids[id] = true
			}
			if !slices.Contains(operators, m.Operator) {
				operators = append(operators, m.Operator)
			}
		}
	}
	for _, id := range []string{
		"core/spsc/producer.go:Queue.Push:delete-store:2", // the publication
		"core/spsc/producer.go:Queue.Push:swap:1",         // publish before write
		"core/sched/work.go:Scheduler.kick:delete-wake:1", // the item is never queued
		"core/sched/runqueue.go:Scheduler.settle:drop-look:1",
	} {
		if !ids[id] {
			t.Errorf("%s is not among the mutants", id)
		}
	}
	if len(operators) != 5 {
		t.Errorf("operators %v, want all five", operators)
	}
}

// Proofs are of mutants that exist.
func TestProofsHaveTheirMutants(t *testing.T) {
	proofs, err := Equivalent()
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]map[string]bool{}
	for id := range proofs {
		file, rest, _ := strings.Cut(id, ":")
		dir := file[:max(0, strings.LastIndexByte(file, '/'))]
		_, operator, _ := strings.Cut(rest, ":")
		if operator == strings.ToUpper(operator) {
			continue // gremlins'
		}
		if known[dir] == nil {
			known[dir] = map[string]bool{}
			for _, m := range load(t, dir).Shared() {
				known[dir][dir+"/"+m.ID] = true
			}
		}
		if !known[dir][id] {
			t.Errorf("equivalent.txt: there is no mutant %s", id)
		}
	}
}

func TestGremlinsListing(t *testing.T) {
	p := load(t, "core/spsc")
	text := p.Text("core/spsc/spsc.go")
	at := strings.Index(string(text), "capacity < 1")
	line := 1 + strings.Count(string(text[:at]), "\n")
	column := at - strings.LastIndexByte(string(text[:at]), '\n') + len("capacity ")
	list := []byte(`{"files":[{"file_name":"spsc.go","mutations":[` +
		`{"type":"CONDITIONALS_BOUNDARY","line":` + itoa(line) + `,"column":` + itoa(column) + `},` +
		`{"type":"ARITHMETIC_BASE","line":1,"column":1}]},{"file_name":"none.go","mutations":[]}]}`)
	got, err := p.Gremlins(list)
	if err != nil || len(got) != 1 {
		t.Fatalf("%d mutants, %v; want 1", len(got), err)
	}
	if want := "capacity <= 1"; !strings.Contains(string(got[0].Source(text)), want) {
		t.Errorf("the change is not to %q", want)
	}
	if got[0].ID != "spsc.go:Queue.Init:CONDITIONALS_BOUNDARY:1" {
		t.Errorf("ID %s", got[0].ID)
	}
	if _, err := p.Gremlins([]byte("{")); err == nil {
		t.Error("a truncated listing is read")
	}
}

func itoa(n int) string {
	if n < 10 {
		return string(rune('0' + n))
	}
	return itoa(n/10) + itoa(n%10)
}

func TestProofsAreRead(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"core/a/b.go:f:swap:1\n  because\n  of it\n# note\n", ""},
		{"  because\n", "equivalent:1: "},
		{"core/a/b.go f\n", "equivalent:1: "},
		{"core/a/b.go:f:swap:1\n x\ncore/a/b.go:f:swap:1\n y\n", "equivalent:3: "},
		{"core/a/b.go:f:swap:1\n", "has no proof"},
	} {
		proofs, err := parseEquivalent("equivalent", []byte(c.text))
		switch {
		case c.want == "" && (err != nil || proofs["core/a/b.go:f:swap:1"] != "because of it"):
			t.Errorf("%q: %v, %v", c.text, proofs, err)
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%q: error %v, want one with %q", c.text, err, c.want)
		}
	}
}

func TestSampleIsTheSameBySeed(t *testing.T) {
	list := make([]Mutant, 50)
	for i := range list {
		list[i].Line = i
	}
	lines := func(seed uint64) (out []int) {
		for _, m := range Sample(list, 10, seed) {
			out = append(out, m.Line)
		}
		return out
	}
	if a, b, c := lines(1), lines(1), lines(2); !slices.Equal(a, b) || slices.Equal(a, c) || !slices.IsSorted(a) || len(a) != 10 {
		t.Errorf("samples %v, %v by one seed, %v by another", a, b, c)
	}
	if len(Sample(list, 0, 1)) != 50 || len(Sample(list, 99, 1)) != 50 {
		t.Error("a sample of all is not all")
	}
}

func TestScore(t *testing.T) {
	var s Score
	for fate, n := range map[Fate]int{Killed: 90, Lived: 5, TimedOut: 5, NotViable: 7} {
		for range n {
			s.Add(Result{Fate: fate})
		}
	}
	s.Add(Result{Fate: Lived, Why: "it is the same"})
	if rate, low, high := s.Rate(false); rate != 0.9 || low < 0.825 || low > 0.826 || high < 0.944 || high > 0.945 {
		t.Errorf("%.3f [%.4f %.4f], want 0.9 [0.8256 0.9448]", rate, low, high)
	}
	if rate, _, _ := s.Rate(true); rate != 0.95 {
		t.Errorf("%.3f with those that hang, want 0.95", rate)
	}
	if s.Tried() != 100 || s.Equivalent != 1 || s.NotViable != 7 {
		t.Errorf("%+v", s)
	}
}

package prog_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"credence/fuzz/prog"
)

func newMutator(s uint64) *prog.Mutator {
	return &prog.Mutator{Rand: rand.New(rand.NewPCG(s, 0)), Weights: prog.DefaultWeights}
}

// canonical fails the test unless p is what its bytes and its text say.
func canonical(t *testing.T, p *prog.Program) {
	t.Helper()
	if !prog.Decode(p.Encode()).Equal(p) {
		t.Fatalf("not canonical:\n%s", p)
	}
	if q, err := prog.Parse("p", p.String()); err != nil || !q.Equal(p) {
		t.Fatalf("%v: not canonical:\n%s", err, p)
	}
}

func TestMutationsAreProgramsAndRepeat(t *testing.T) {
	history := func() (all []string) {
		m := newMutator(1)
		for i := range 300 {
			if i%10 == 0 {
				m.Swarm()
				m.Corpus = append(m.Corpus, m.Generate(40))
			}
			from := m.Corpus[i%len(m.Corpus)]
			before := from.String()
			p := m.Mutate(from)
			canonical(t, p)
			if from.String() != before {
				t.Fatal("Mutate changes what it is given")
			}
			if p.Equal(from) && i%7 == 0 {
				continue // a mutation of a mutation can lead back
			}
			m.Corpus[i%len(m.Corpus)] = p
			all = append(all, p.String())
		}
		return all
	}
	if !slices.Equal(history(), history()) {
		t.Error("the same seed gives other programs")
	}
}

// Each mutation on its own does what its name says.
func TestMutationsByKind(t *testing.T) {
	other := newMutator(3).Generate(30)
	for _, c := range []struct {
		name string
		w    prog.Weights
		ok   func(p, q *prog.Program) bool
	}{
		{"insert", prog.Weights{Insert: 1}, func(p, q *prog.Program) bool {
			return len(q.Ops) == len(p.Ops)+1
		}},
		{"remove", prog.Weights{Remove: 1}, func(p, q *prog.Program) bool {
			return len(q.Ops) == len(p.Ops)-1
		}},
		{"duplicate", prog.Weights{Duplicate: 1}, func(p, q *prog.Program) bool {
			return len(q.Ops) == len(p.Ops)+1 &&
				!slices.ContainsFunc(q.Ops, func(o prog.Op) bool { return !slices.Contains(p.Ops, o) })
		}},
		{"swap", prog.Weights{Swap: 1}, func(p, q *prog.Program) bool {
			return len(q.Ops) == len(p.Ops) &&
				!slices.ContainsFunc(q.Ops, func(o prog.Op) bool { return !slices.Contains(p.Ops, o) })
		}},
		{"change", prog.Weights{Change: 1}, func(p, q *prog.Program) bool {
			n := 0
			for i := range p.Ops {
				if q.Ops[i] != p.Ops[i] {
					n++
					if q.Ops[i].Kind != p.Ops[i].Kind {
						return false
					}
				}
			}
			return n <= 1
		}},
		{"splice", prog.Weights{Splice: 1}, func(p, q *prog.Program) bool {
			n := 0
			for n < len(q.Ops) && n < len(p.Ops) && q.Ops[n] == p.Ops[n] {
				n++
			}
			return len(q.Ops)-n <= len(other.Ops) &&
				slices.Equal(q.Ops[n:], other.Ops[len(other.Ops)-(len(q.Ops)-n):])
		}},
		{"machine", prog.Weights{Machine: 1}, func(p, q *prog.Program) bool {
			return slices.Equal(p.Ops, q.Ops)
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := newMutator(2)
			p := m.Generate(30)
			c.w.Kinds = prog.DefaultWeights.Kinds
			m.Weights, m.Corpus = c.w, []*prog.Program{other}
			same := 0
			for range 200 {
				q := m.Mutate(p)
				if !c.ok(p, q) {
					t.Fatalf("from\n%sto\n%s", p, q)
				}
				if q.Equal(p) {
					same++
				}
			}
			if same > 150 {
				t.Errorf("%d of 200 mutations change nothing", same)
			}
		})
	}
}

func TestInsertionsFavourTheEnd(t *testing.T) {
	m := newMutator(4)
	p := m.Generate(100)
	m.Weights = prog.Weights{Insert: 1, Kinds: prog.DefaultWeights.Kinds}
	late := 0
	for range 1000 {
		q := m.Mutate(p)
		n := 0
		for n < 100 && q.Ops[n] == p.Ops[n] {
			n++
		}
		if n >= 75 {
			late++
		}
	}
	if late < 400 || late > 600 {
		t.Errorf("%d of 1000 insertions are in the last quarter, expected about half", late)
	}
}

func TestSwarmTurnsOperationsOff(t *testing.T) {
	m := newMutator(5)
	counts := map[int]bool{}
	for range 20 {
		m.Swarm()
		kinds := map[prog.Kind]bool{}
		for _, o := range slices.Concat(m.Generate(256).Ops, m.Generate(256).Ops) {
			kinds[o.Kind] = true
		}
		counts[len(kinds)] = true
		if !kinds[prog.Submit] || len(kinds) == prog.NumKinds {
			t.Errorf("%d of %d kinds, submit: %t", len(kinds), prog.NumKinds, kinds[prog.Submit])
		}
	}
	if len(counts) < 4 {
		t.Errorf("swarms are all alike: %v", counts)
	}
}

// A failure that needs three operations with certain arguments among 200 is
// reduced to these.
func TestMinimise(t *testing.T) {
	m := newMutator(6)
	p := m.Generate(200)
	set := func(i int, line string) {
		q, err := prog.Parse("op", fmt.Sprintf("# credence-program 2\n%s\n", line))
		if err != nil {
			t.Fatal(err)
		}
		p.Ops[i] = q.Ops[0]
	}
	set(20, "submit 77 entity=3 compute=2 credits=9 dur=500 later=-3 keep=1 deps=ext:2,4:finished,9:scheduled")
	set(90, "hwdone 2 17 from=3 err=-9")
	set(180, "flush 5 20000 sigkill")
	fails := func(q *prog.Program) bool {
		step := 0
		for _, o := range q.Ops {
			switch {
			case step == 0 && o.Kind == prog.Submit && o.Target == 77 &&
				slices.Contains(o.Job.Deps[:], prog.Dep{Kind: prog.OnFinished, Target: 4}):
				step++
			case step == 1 && o.Kind == prog.HwDone && o.N >= 3:
				step++
			case step == 2 && o.Kind == prog.Flush && o.Exit == prog.Killed:
				return true
			}
		}
		return false
	}
	before := p.String()
	q, asked := prog.Minimise(p, 5000, fails)
	const want = `# credence-program 2
device profile=engine slots=127 ring=1280
sched 0 policy=fair credits=1
entity 0 prio=normal scheds=0
submit 77 entity=0 deps=4:finished
hwdone 0 3
flush 0 0 sigkill
`
	if got := q.String(); got != want {
		t.Errorf("minimised to\n%s", got)
	}
	canonical(t, q)
	if p.String() != before {
		t.Error("Minimise changes what it is given")
	}
	if asked > 1000 {
		t.Errorf("asked %d times", asked)
	}
	if q, asked := prog.Minimise(p, 7, fails); asked != 7 || !fails(q) {
		t.Errorf("asked %d times, of 7 permitted; fails: %t", asked, fails(q))
	}
}

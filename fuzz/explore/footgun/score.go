//go:build explore

package footgun

import (
	"fmt"
	"io"
	"math"
	"math/rand/v2"
)

// Score is what became of drivers that were drawn for one interface and pool.
type Score struct {
	API  API
	Pool Pool
	// Drawn is how many draws it took for N that are not equivalent to the right
	// driver, and Programs how many different drivers were among all of them, of
	// which BrokenPrograms are broken.
	Drawn, N                 int
	Programs, BrokenPrograms int
	Fates                    [NumFates]int // of the draws
	// Of draws with one mistake, two and three, those of N and the broken ones.
	Mistakes [MaxMistakes]Share
	// Single says of each operator on its own, at each of its places, how many
	// there are and how many are broken. It is no sample: it is all.
	Single     [NumOperators]Share
	Executions int
}

// Share is a part of a whole.
type Share struct{ Broken, Of int }

// Broken returns the broken ones of the N.
func (s *Score) Broken() Share {
	b := Share{Of: s.N}
	for f := range NumFates {
		if f.Broken() {
			b.Broken += s.Fates[f]
		}
	}
	return b
}

// maxDraws bounds the draws for each driver that is wanted.
const maxDraws = 100

// measure judges drivers, each once, and counts.
type measure struct {
	*judge
	*Score
	fates map[string]Fate // of drivers that were judged
}

// Measure draws changed drivers of an interface until n of them are not equivalent
// to the right one. stop, which may be nil, is asked before each.
func Measure(a API, p Pool, n int, seed uint64, stop func() bool) (*Score, error) {
	j, err := newJudge(Right(a, p))
	if err != nil {
		return nil, err
	}
	m := &measure{j, &Score{API: a, Pool: p}, make(map[string]Fate)}
	r := rand.New(rand.NewPCG(seed, uint64(a)<<8|uint64(p)))
	for m.N < n {
		if stop != nil && stop() {
			return nil, fmt.Errorf("stopped after %d drivers of %d", m.N, n)
		}
		if m.Drawn++; m.Drawn > maxDraws*n {
			return nil, fmt.Errorf("%d draws gave %d drivers that differ from the right one", m.Drawn, m.N)
		}
		list := j.right.Draw(r)
		f, err := m.fate(list...)
		if err != nil {
			return nil, err
		}
		m.count(f, len(list))
	}
	for _, x := range j.right.Mistakes() {
		f, err := m.fate(x)
		if err != nil {
			return nil, err
		}
		m.Single[x.Op].add(f)
	}
	m.Executions = j.executions
	return m.Score, nil
}

// fate is that of the right driver with mistakes.
func (m *measure) fate(list ...Mistake) (Fate, error) {
	d := m.right.With(list...)
	if f, known := m.fates[d.String()]; known {
		return f, nil
	}
	f, err := m.judge.fate(d)
	m.fates[d.String()] = f
	m.Programs++
	if f.Broken() {
		m.BrokenPrograms++
	}
	return f, err
}

func (s *Score) count(f Fate, mistakes int) {
	s.Fates[f]++
	if f != Equivalent {
		s.N++
		s.Mistakes[mistakes-1].add(f)
	}
}

func (s *Share) add(f Fate) {
	s.Of++
	if f.Broken() {
		s.Broken++
	}
}

// z is the quantile of the normal distribution that leaves 2.5 % on each side.
const z = 1.959963984540054

// Wilson returns the interval of 95 % for the probability behind a share (E. B.
// Wilson, "Probable inference, the law of succession, and statistical inference",
// JASA 22, 1927); 0 to 1 if it is a share of nothing.
func (s Share) Wilson() (low, high float64) {
	if s.Of == 0 {
		return 0, 1
	}
	n := float64(s.Of)
	p := float64(s.Broken) / n
	middle := (p + z*z/(2*n)) / (1 + z*z/n)
	half := z / (1 + z*z/n) * math.Sqrt(p*(1-p)/n+z*z/(4*n*n))
	return max(0, middle-half), min(1, middle+half)
}

// String is the share in percent with its interval, such as "62.0 % (57.7 to 66.2)".
func (s Share) String() string {
	if s.Of == 0 {
		return "-"
	}
	low, high := s.Wilson()
	return fmt.Sprintf("%.1f %% (%.1f to %.1f)", 100*float64(s.Broken)/float64(s.Of), 100*low, 100*high)
}

const head = `Drivers with one to three mistakes, drawn with seed %d until %d of each kind differ
in what can become of them from the driver that is right; those that do not differ
are set aside. Each is played with room for one job and for two, in every
interleaving of up to 2 preemptions. Broken: a job waits for ever, more jobs are in
the pool than fit, a dead fence is touched, or a fence is never signalled. In
brackets Wilson's interval of 95 %%, for the probability that such a draw is broken:
it speaks of these drivers and mistakes, not of those who write drivers.

`

// All measures all interfaces and pools.
func All(n int, seed uint64, stop func() bool) (list []*Score, err error) {
	for p := range NumPools {
		for a := range NumAPIs {
			s, err := Measure(a, p, n, seed, stop)
			if err != nil {
				return nil, fmt.Errorf("%v, %v pool: %w", a, p, err)
			}
			list = append(list, s)
		}
	}
	return list, nil
}

// Print writes the tables.
func Print(w io.Writer, list []*Score, n int, seed uint64) error {
	t := &table{w: w}
	t.line(head, seed, n)
	t.line("%-20s", "")
	for _, s := range list {
		t.line("  %22s", fmt.Sprintf("%v, %v pool", s.API, s.Pool))
	}
	row := func(name string, cell func(*Score) string) {
		t.line("\n%-20s", name)
		for _, s := range list {
			t.line("  %22s", cell(s))
		}
	}
	row("broken", func(s *Score) string { return s.Broken().String() })
	for i := range MaxMistakes {
		name := fmt.Sprintf("  of %d mistakes", i+1)
		if i == 0 {
			name = "  of 1 mistake"
		}
		row(name, func(s *Score) string { return s.Mistakes[i].String() })
	}
	for f := range NumFates {
		row("drawn: "+f.String(), func(s *Score) string { return fmt.Sprint(s.Fates[f]) })
	}
	row("different drivers", func(s *Score) string {
		return fmt.Sprintf("%d, %d broken", s.Programs, s.BrokenPrograms)
	})
	t.line("\n\nOne mistake, at every place that there is: broken, of so many places")
	for op := range NumOperators {
		row("  "+op.String(), func(s *Score) string {
			if s.Single[op].Of == 0 {
				return "no place for it"
			}
			return fmt.Sprintf("%d of %d", s.Single[op].Broken, s.Single[op].Of)
		})
	}
	total := 0
	for _, s := range list {
		total += s.Executions
	}
	t.line("\n\n%d executions.\n", total)
	return t.err
}

// table keeps the first error of writing.
type table struct {
	w   io.Writer
	err error
}

func (t *table) line(format string, args ...any) {
	if _, err := fmt.Fprintf(t.w, format, args...); t.err == nil {
		t.err = err
	}
}

package campaign

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"

	"credence/fuzz/prog"
	"credence/fuzz/target"
)

// Share is a target and how often it is run, in relation to the others.
type Share struct {
	*target.Target
	Weight int
}

// All returns all targets with their weights.
func All() (list []Share) {
	for i := range target.Targets {
		t := &target.Targets[i]
		list = append(list, Share{t, t.Weight})
	}
	return list
}

// Input is bytes for a target.
type Input struct {
	Target string
	Data   []byte
}

// input is an Input as its lane has it: the program, if the target's inputs are
// such, or the bytes.
type input struct {
	program *prog.Program
	data    []byte
}

func (in input) encode() []byte {
	if in.program != nil {
		return in.program.Encode()
	}
	return in.data
}

// outcome is what became of an input. Inputs that are no programs have nothing
// but Interesting and the finding.
type outcome struct {
	target.Result
	interesting bool
}

// maxCorpus is how many inputs a lane's corpus holds; a new one then takes the
// place of any other.
const maxCorpus = 8192

// lane is one target with its corpus.
type lane struct {
	*target.Target
	weight int
	// Either of the two, as the target's inputs are programs or not.
	mutator prog.Mutator
	bytes   scrambler
	niches  map[niche]bool
	classes map[class]bool
}

func newLane(t *target.Target, weight int, r *rand.Rand) *lane {
	return &lane{
		Target: t, weight: weight, niches: map[niche]bool{}, classes: map[class]bool{},
		mutator: prog.Mutator{Rand: r, Weights: prog.DefaultWeights}, bytes: scrambler{rand: r},
	}
}

// decode returns bytes as an input of the lane.
func (l *lane) decode(data []byte) input {
	if l.Decode != nil {
		return input{program: l.Decode(data)}
	}
	return input{data: data}
}

// next makes an input: from nothing, programs with some operations off, or from
// the corpus.
func (l *lane) next() input {
	if l.Decode == nil {
		return input{data: l.bytes.next()}
	}
	m := &l.mutator
	if len(m.Corpus) == 0 || m.Rand.IntN(fresh) == 0 {
		m.Swarm()
		return l.own(m.Generate(1 + m.Rand.IntN(MaxOps)))
	}
	return l.own(m.Mutate(m.Corpus[m.Rand.IntN(len(m.Corpus))]))
}

// own makes of p what the target would make of its bytes.
func (l *lane) own(p *prog.Program) input {
	if l.Name != "System" {
		return input{program: l.Decode(p.Encode())}
	}
	return input{program: p}
}

// run runs an input.
func (l *lane) run(in input) (o outcome) {
	if in.program != nil {
		o.Result = target.Judge(in.program)
		o.interesting = o.Completed > 0
		return o
	}
	o.interesting, o.Finding = l.Run(in.data)
	return o
}

// replay is run with every check there is.
func (l *lane) replay(in input) (o outcome) {
	if in.program == nil {
		return l.run(in)
	}
	o.Result = target.Replay(in.program)
	return o
}

// size returns how many inputs the corpus has.
func (l *lane) size() int { return len(l.mutator.Corpus) + len(l.bytes.corpus) }

// keep puts an input into the corpus if it is the first of its niche, or brought
// news.
func (l *lane) keep(in input, o *outcome, news bool) bool {
	if in.program == nil {
		c := classOf(in.data)
		if !news && (!o.interesting || l.classes[c]) {
			return false
		}
		l.classes[c] = true
		l.bytes.corpus = put(l.bytes.corpus, in.data, l.bytes.rand)
		return true
	}
	n := nicheOf(in.program, &o.Result)
	if !news && (!o.interesting || l.niches[n]) {
		return false
	}
	l.niches[n] = true
	l.mutator.Corpus = put(l.mutator.Corpus, in.program, l.mutator.Rand)
	return true
}

// put adds an element to a corpus, in the place of any other if it is full.
func put[T any](corpus []T, x T, r *rand.Rand) []T {
	if len(corpus) < maxCorpus {
		return append(corpus, x)
	}
	corpus[r.IntN(maxCorpus)] = x
	return corpus
}

// Only returns one target as all there is.
func Only(name string) []Share { return []Share{{target.Lookup(name), 1}} }

// FormatShares returns targets and their weights as ParseShares reads them.
func FormatShares(list []Share) string {
	var b strings.Builder
	for i, s := range list {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, "%s=%d", s.Name, s.Weight)
	}
	return b.String()
}

// ParseShares reads a list of targets, such as System,Core=3: those without a
// weight have their own. All of them are meant by an empty list.
func ParseShares(text string) (list []Share, err error) {
	if text == "" {
		return All(), nil
	}
	seen := map[string]bool{}
	for word := range strings.SplitSeq(text, ",") {
		name, weight, given := strings.Cut(word, "=")
		t := target.Lookup(name)
		if t == nil {
			return nil, fmt.Errorf("there is no target %q; there are %s", name,
				strings.Join(target.Names(), ", "))
		}
		s := Share{t, t.Weight}
		if given {
			s.Weight, err = strconv.Atoi(weight)
			if err != nil || s.Weight < 1 {
				return nil, fmt.Errorf("the weight of %s is %q; write a number above 0", name, weight)
			}
		}
		if seen[name] {
			return nil, fmt.Errorf("%s is there twice; leave one out", name)
		}
		seen[name] = true
		list = append(list, s)
	}
	return list, nil
}

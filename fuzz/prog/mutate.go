package prog

import (
	"math/rand/v2"
	"slices"
)

// Weights says how a Mutator works: how often it does what, in relation to the
// others.
type Weights struct {
	// Insert adds a random operation, Splice replaces the end by that of another
	// program of the corpus, Change gives an operation another argument, Remove
	// takes one off, Swap exchanges two neighbours, Duplicate repeats one
	// somewhere, and Machine changes the machine.
	Insert, Splice, Change, Remove, Swap, Duplicate, Machine int
	// Again is how many of 100 mutations are followed by another one.
	Again int
	// Kinds is how often a random operation is of which kind.
	Kinds [NumKinds]int
	// Off is how many of 100 kinds of operations Swarm turns off.
	Off int
}

// DefaultWeights are those of syzkaller where it has the same mutation
// (prog/mutation.go: most are insertions, one in three stops), and for
// operations those of random bytes.
var DefaultWeights = Weights{
	Insert: 40, Splice: 4, Change: 30, Remove: 8, Swap: 6, Duplicate: 8, Machine: 4,
	Again: 66, Off: 40,
	Kinds: func() (k [NumKinds]int) {
		for i, f := range forms {
			k[i] = f.weight
		}
		return k
	}(),
}

// Mutator makes programs from nothing and from each other. It is for one
// goroutine; the same Rand gives the same programs.
type Mutator struct {
	Rand    *rand.Rand
	Weights Weights
	// Corpus is what Splice takes from; it may be empty.
	Corpus []*Program

	off [numKinds]bool
}

// Swarm turns a random set of operations off for what is generated and inserted
// from now on: what is never met among everything is met among little (Groce et
// al., "Swarm testing", ISSTA 2012). Submit and Advance stay.
func (m *Mutator) Swarm() {
	for k := range m.off {
		m.off[k] = m.Rand.IntN(100) < m.Weights.Off
	}
	m.off[Submit], m.off[Advance] = false, false
}

// Generate returns a random program of n operations, MaxOps at most.
func (m *Mutator) Generate(n int) *Program {
	p := m.machine()
	p.Ops = make([]Op, min(n, MaxOps))
	for i := range p.Ops {
		p.Ops[i] = m.op()
		m.relate(&p.Ops[i], p.Ops[:i])
	}
	return p
}

// near is how far back relate looks.
const near = 12

// relate has an operation, half of the times, be about what one of the latest before
// it was about: two that mean nothing to each other test nothing together.
func (m *Mutator) relate(o *Op, before []Op) {
	kind := forms[o.Kind].target
	if kind == noTarget || len(before) == 0 || m.Rand.IntN(2) == 0 {
		return
	}
	x := &before[len(before)-1-m.Rand.IntN(min(len(before), near))]
	switch {
	case forms[o.Kind].job: // a job of its own
	case forms[x.Kind].target == kind:
		o.Target = x.Target
	case kind == anEntity && forms[x.Kind].job:
		o.Target = x.Job.Entity
	}
}

// machine returns a random program without operations.
func (m *Mutator) machine() *Program {
	var b [headerSize]byte
	m.fill(b[:])
	return Decode(b[:])
}

func (m *Mutator) fill(b []byte) {
	for i := range b {
		b[i] = byte(m.Rand.Uint32())
	}
}

// op returns a random operation of a kind that is on.
func (m *Mutator) op() (o Op) {
	var r [recordSize]byte
	m.fill(r[:])
	total := 0
	for k, w := range m.Weights.Kinds {
		if !m.off[k] {
			total += w
		}
	}
	at := m.Rand.IntN(total)
	for k, w := range m.Weights.Kinds {
		if m.off[k] {
			continue
		}
		if at -= w; at < 0 {
			r[0] = first(kinds, byte(k))
			break
		}
	}
	decodeOp(&o, r[:])
	return o
}

// Mutate returns a program that differs a little from p, which it leaves alone.
func (m *Mutator) Mutate(p *Program) *Program {
	q := p.Clone()
	for {
		m.once(q)
		if m.Rand.IntN(100) >= m.Weights.Again {
			return q
		}
	}
}

func (m *Mutator) once(p *Program) {
	w := &m.Weights
	choices := [...]struct {
		weight int
		do     func(*Program)
	}{
		{w.Insert, m.insert}, {w.Splice, m.splice}, {w.Change, m.change}, {w.Remove, m.remove},
		{w.Swap, m.swap}, {w.Duplicate, m.duplicate}, {w.Machine, m.changeMachine},
	}
	total := 0
	for _, c := range choices {
		total += c.weight
	}
	at := m.Rand.IntN(total)
	for _, c := range choices {
		if at -= c.weight; at < 0 {
			c.do(p)
			return
		}
	}
}

// late returns 0 to n, mostly near n: what comes early decides about all the
// rest, and a change there makes another program.
func (m *Mutator) late(n int) int {
	x := m.Rand.Float64()
	return n - int(float64(n+1)*x*x)
}

func (m *Mutator) insert(p *Program) {
	if len(p.Ops) < MaxOps {
		at, o := m.late(len(p.Ops)), m.op()
		m.relate(&o, p.Ops[:at])
		p.Ops = slices.Insert(p.Ops, at, o)
	}
}

// splice puts another program's end in the place of p's.
func (m *Mutator) splice(p *Program) {
	if len(m.Corpus) == 0 {
		m.insert(p)
		return
	}
	x := m.Corpus[m.Rand.IntN(len(m.Corpus))]
	head := p.Ops[:m.Rand.IntN(len(p.Ops)+1)]
	tail := x.Ops[m.Rand.IntN(len(x.Ops)+1):]
	p.Ops = slices.Concat(head, tail[:min(len(tail), MaxOps-len(head))])
}

// attempts is how many bytes change tries until an operation differs.
const attempts = 16

// change gives one operation another argument.
func (m *Mutator) change(p *Program) {
	if len(p.Ops) == 0 {
		m.insert(p)
		return
	}
	i := m.late(len(p.Ops) - 1)
	var r [recordSize]byte
	encodeOp(&p.Ops[i], r[:])
	for range attempts {
		x := r
		x[1+m.Rand.IntN(recordSize-1)] = byte(m.Rand.Uint32())
		var o Op
		if decodeOp(&o, x[:]); o != p.Ops[i] {
			p.Ops[i] = o
			return
		}
	}
}

func (m *Mutator) remove(p *Program) {
	if n := len(p.Ops); n > 0 {
		i := m.Rand.IntN(n)
		p.Ops = slices.Delete(p.Ops, i, i+1)
	}
}

func (m *Mutator) swap(p *Program) {
	if n := len(p.Ops); n > 1 {
		i := m.Rand.IntN(n - 1)
		p.Ops[i], p.Ops[i+1] = p.Ops[i+1], p.Ops[i]
	}
}

func (m *Mutator) duplicate(p *Program) {
	if n := len(p.Ops); n > 0 && n < MaxOps {
		o := p.Ops[m.Rand.IntN(n)]
		p.Ops = slices.Insert(p.Ops, m.late(n), o)
	}
}

// changeMachine changes one byte of what the machine is encoded as.
func (m *Mutator) changeMachine(p *Program) {
	var b [headerSize]byte
	encodeHeader(p, b[:])
	b[m.Rand.IntN(headerSize)] = byte(m.Rand.Uint32())
	q := Decode(b[:])
	q.Ops = p.Ops
	*p = *q
}

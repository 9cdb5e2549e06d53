//go:build explore

package explore

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"credence/core/xatomic"
)

// A script is a random program as data, which the engine and an interpreter of
// its own meaning (reference_test.go) both run.
type script struct {
	threads  [][]instr
	isr      []instr // what raise raises
	spurious int
	// forgets: a thread keeps only the latest that it has seen, so that many orders
	// come to the same state.
	forgets bool
}

type verb uint8

const (
	vLoad verb = iota
	vStore
	vSwap
	vAdd
	vOr
	vAnd
	vCAS
	vPark
	vTryPark
	vUnpark
	vLock
	vUnlock
	vGet
	vSet
	vChoose
	vSkip  // the next b instructions, unless the last result was a
	vAwait // load at until it holds a
	vRaise
	vPtrStore // &cells[a]
	vPtrLoad
	vPtrCAS // from &cells[a], or nil for 2, to &cells[b]
	numVerbs
)

var verbNames = [numVerbs]string{"load", "store", "swap", "add", "or", "and", "cas", "park",
	"trypark", "unpark", "lock", "unlock", "get", "set", "choose", "skip", "await", "raise",
	"pstore", "pload", "pcas"}

// instr is a verb on word, token, lock or Var number at, with its operands.
type instr struct {
	verb verb
	at   uint8
	a, b uint8
}

const (
	scriptWords  = 2
	scriptTokens = 2
	scriptLocks  = 1
	scriptVars   = 2
)

func (s *script) String() string {
	var b strings.Builder
	list := func(name string, l []instr) {
		fmt.Fprintf(&b, "%s:", name)
		for _, i := range l {
			fmt.Fprintf(&b, " %s%d(%d,%d)", verbNames[i.verb], i.at, i.a, i.b)
		}
		b.WriteByte('\n')
	}
	for i, l := range s.threads {
		list(fmt.Sprint("t", i), l)
	}
	list("isr", s.isr)
	fmt.Fprintf(&b, "spurious %d", s.spurious)
	return b.String()
}

// flavour says what a random script may contain.
type flavour struct {
	threads, length int
	verbs           []verb
	spurious        int
}

var flavours = []flavour{
	{2, 5, []verb{vLoad, vStore, vSwap, vAdd, vCAS, vSkip}, 0},
	{3, 3, []verb{vLoad, vStore, vAdd, vCAS, vOr, vAnd}, 0},
	{3, 3, []verb{vLoad, vStore, vSwap, vPark, vUnpark, vTryPark, vSkip}, 0},
	{2, 5, []verb{vPark, vUnpark, vLoad, vStore, vCAS}, 1},
	{3, 4, []verb{vPark, vUnpark, vStore}, 0},
	{3, 4, []verb{vLock, vLoad, vStore, vUnlock}, 0},
	{2, 7, []verb{vLock, vUnlock, vAdd, vPark, vUnpark}, 0},
	{2, 5, []verb{vGet, vSet, vStore, vLoad, vSwap, vSkip}, 0},
	{3, 4, []verb{vGet, vSet, vStore, vLoad, vCAS, vUnpark, vPark}, 0},
	{3, 5, []verb{vLock, vUnlock, vGet, vSet, vStore, vLoad}, 0},
	{2, 5, []verb{vChoose, vLoad, vStore, vSkip, vCAS}, 0},
	{3, 3, []verb{vChoose, vStore, vSkip, vPark, vUnpark}, 1},
	{2, 5, []verb{vAwait, vStore, vAdd, vLoad}, 0},
	{3, 3, []verb{vAwait, vStore, vAnd, vLoad}, 0},
	{2, 5, []verb{vRaise, vLoad, vStore, vAdd, vPark}, 0},
	{3, 3, []verb{vPtrStore, vPtrLoad, vPtrCAS, vLoad, vStore}, 0},
}

// randomScript draws a script. Locks are taken and given back in pairs.
func randomScript(r *rand.Rand, f flavour) *script {
	s := &script{spurious: f.spurious}
	raised := false
	for range f.threads {
		var l []instr
		n := 1 + r.IntN(f.length)
		held := false
		for len(l) < n {
			v := f.verbs[r.IntN(len(f.verbs))]
			i := instr{verb: v, a: uint8(r.IntN(2)), b: uint8(r.IntN(2))}
			switch v {
			case vLoad, vStore, vSwap, vAdd, vOr, vAnd, vCAS, vAwait:
				i.at = uint8(r.IntN(scriptWords))
			case vPark, vTryPark, vUnpark:
				i.at = uint8(r.IntN(scriptTokens))
			case vGet, vSet:
				i.at = uint8(r.IntN(scriptVars))
			case vSkip:
				i.b = uint8(1 + r.IntN(2))
				if held {
					continue // would skip the unlock
				}
			case vPtrCAS:
				i.a = uint8(r.IntN(3))
			case vRaise:
				if raised {
					continue
				}
				raised = true
			case vLock:
				if held {
					continue
				}
				held = true
			case vUnlock:
				if !held {
					continue
				}
				held = false
			}
			l = append(l, i)
		}
		if held {
			l = append(l, instr{verb: vUnlock})
		}
		s.threads = append(s.threads, unskipLocks(l))
	}
	for range 1 + r.IntN(2) {
		s.isr = append(s.isr, instr{verb: []verb{vStore, vAdd, vLoad, vUnpark}[r.IntN(4)],
			at: uint8(r.IntN(2)), a: 1})
	}
	return s
}

// unskipLocks shortens what skip skips so that a lock is never parted from its
// unlock.
func unskipLocks(l []instr) []instr {
	for i := range l {
		if l[i].verb != vSkip {
			continue
		}
		for k := 1; k <= int(l[i].b) && i+k < len(l); k++ {
			if v := l[i+k].verb; v == vLock || v == vUnlock {
				l[i].b = uint8(k - 1)
				break
			}
		}
	}
	return l
}

// stage is what a script's threads meet at.
type stage struct {
	words  [scriptWords]xatomic.Uint32
	tokens [scriptTokens]xatomic.Parker
	locks  [scriptLocks]xatomic.Mutex
	vars   [scriptVars]xatomic.Var[uint8]
	ptr    xatomic.Pointer[cell]
	cells  [2]cell
	seen   [MaxThreads]record
}

type cell struct{ _ uint8 }

// record is what a thread has seen.
type record struct {
	n       uint8
	done    bool
	forgets bool
	list    [64]uint8
}

func (o *record) add(x uint8) {
	if o.forgets {
		o.n = 0
	}
	o.list[o.n] = x
	o.n++
}

func (s *stage) cell(i uint8) *cell {
	if i == 2 {
		return nil
	}
	return &s.cells[i]
}

// outcome is all that can be told apart at the end of an execution.
func (s *stage) outcome(threads int) string {
	var b strings.Builder
	for i := range threads {
		o := &s.seen[i]
		fmt.Fprintf(&b, "%v%v ", o.list[:o.n], o.done)
	}
	for i := range s.words {
		fmt.Fprintf(&b, "%d ", s.words[i].Load())
	}
	return b.String()
}

// program makes a script a program.
func (sc *script) program() (*Program, *stage) {
	s := new(stage)
	for i := range s.tokens {
		s.tokens[i] = xatomic.NewParker()
	}
	for i := range s.seen {
		s.seen[i].forgets = sc.forgets
	}
	p := &Program{Name: "script", State: s, Spurious: sc.spurious}
	for i, l := range sc.threads {
		p.Threads = append(p.Threads, Thread{
			Name: fmt.Sprint("t", i), Polls: true,
			Run: func() {
				s.run(sc, l, &s.seen[i])
				s.seen[i].done = true
			},
		})
	}
	return p, s
}

func (s *stage) run(sc *script, l []instr, o *record) {
	for pc := 0; pc < len(l); pc++ {
		i := l[pc]
		w := &s.words[i.at]
		switch i.verb {
		case vLoad:
			o.add(uint8(w.Load()))
		case vStore:
			w.Store(uint32(i.a))
		case vSwap:
			o.add(uint8(w.Swap(uint32(i.a))))
		case vAdd:
			o.add(uint8(w.Add(uint32(i.a))))
		case vOr:
			o.add(uint8(w.Or(uint32(i.a))))
		case vAnd:
			o.add(uint8(w.And(uint32(i.a))))
		case vCAS:
			o.add(bit(w.CompareAndSwap(uint32(i.a), uint32(i.b))))
		case vPark:
			s.tokens[i.at].Park()
		case vTryPark:
			o.add(bit(s.tokens[i.at].TryPark()))
		case vUnpark:
			s.tokens[i.at].Unpark()
		case vLock:
			s.locks[i.at].Lock()
		case vUnlock:
			s.locks[i.at].Unlock()
		case vGet:
			o.add(s.vars[i.at].Get())
		case vSet:
			s.vars[i.at].Set(10 + i.a)
		case vChoose:
			o.add(uint8(Choose(2)))
		case vSkip:
			if o.n == 0 || o.list[o.n-1] != i.a {
				pc += int(i.b)
			}
		case vAwait:
			if i.b == 0 {
				Await(func() bool { return w.Load() == uint32(i.a) })
				continue
			}
			for w.Load() != uint32(i.a) {
				if i.a == 0 { // otherwise the loop is to be found out without the hint
					xatomic.Yield()
				}
			}
		case vRaise:
			Raise(func() { s.run(sc, sc.isr, o) })
		case vPtrStore:
			s.ptr.Store(s.cell(i.a))
		case vPtrLoad:
			o.add(s.index(s.ptr.Load()))
		case vPtrCAS:
			o.add(bit(s.ptr.CompareAndSwap(s.cell(i.a), s.cell(i.b))))
		}
	}
}

func (s *stage) index(c *cell) uint8 {
	for i := range s.cells {
		if c == &s.cells[i] {
			return uint8(i)
		}
	}
	return 2
}

func bit(b bool) uint8 {
	if b {
		return 1
	}
	return 0
}

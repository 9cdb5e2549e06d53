//go:build explore

package explore

import (
	"fmt"
	"slices"
	"strings"
)

// machine is a state of a script under the reference's own meaning of it: plain
// interleaving of whole instructions, where one that would have to wait cannot
// happen. It shares no code with the engine.
type machine struct {
	words   [scriptWords]uint8
	tokens  [scriptTokens]bool
	owner   [scriptLocks]int8 // 1 + the thread
	vars    [scriptVars]uint8
	ptr     uint8 // of cells; 2 is nil
	threads [3]cpu
	forgets bool
}

type cpu struct {
	pc, isr uint8 // isr: 1 + where in the interrupt
	pending bool
	woken   uint8 // without a token
	seen    [24]uint8
	n       uint8
}

// result is what all interleavings of a script come to.
type result struct {
	outcomes map[string]bool
	race     bool
	states   int
}

// reference plays a script in every way, with at most bound preemptions unless
// that is negative.
func reference(sc *script, bound int) result {
	r := result{outcomes: make(map[string]bool)}
	type key struct {
		m         machine
		last      int
		preempted int
	}
	start := key{m: machine{ptr: 2, forgets: sc.forgets}, last: -1}
	seen := map[key]bool{start: true}
	todo := []key{start}
	for len(todo) > 0 {
		k := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		r.states++
		r.race = r.race || k.m.racy(sc)
		stuck := true
		goes := k.last >= 0 && k.m.can(sc, k.last)
		for t := range sc.threads {
			for _, next := range k.m.steps(sc, t) {
				// Nobody can rely on being woken without a token.
				stuck = stuck && next.threads[t].woken != k.m.threads[t].woken
				n := key{m: next, last: t, preempted: k.preempted}
				if goes && t != k.last {
					n.preempted++
				}
				if bound < 0 {
					n.last, n.preempted = -1, 0
				} else if n.preempted > bound {
					continue
				}
				if !seen[n] {
					seen[n] = true
					todo = append(todo, n)
				}
			}
		}
		if stuck {
			r.outcomes[k.m.outcome(sc)] = true
		}
	}
	return r
}

// can reports whether t has a next step for which nobody need wake it.
func (m *machine) can(sc *script, t int) bool {
	return slices.ContainsFunc(m.steps(sc, t), func(n machine) bool {
		return n.threads[t].woken == m.threads[t].woken
	})
}

func (m *machine) done(sc *script, t int) bool {
	c := &m.threads[t]
	return int(c.pc) >= len(sc.threads[t]) && c.isr == 0 && !c.pending
}

func (m *machine) outcome(sc *script) string {
	var b strings.Builder
	for i := range sc.threads {
		c := &m.threads[i]
		fmt.Fprintf(&b, "%v%v ", c.seen[:c.n], m.done(sc, i))
	}
	for _, w := range m.words {
		fmt.Fprintf(&b, "%d ", w)
	}
	return b.String()
}

// next returns the instruction of t's that would come now, outside or inside its
// interrupt.
func (m *machine) next(sc *script, t int) (instr, bool) {
	c := &m.threads[t]
	if c.isr > 0 {
		return sc.isr[c.isr-1], true
	}
	if int(c.pc) < len(sc.threads[t]) {
		return sc.threads[t][c.pc], true
	}
	return instr{}, false
}

// racy reports whether two threads are about to access the same Var, one of them
// to write it.
func (m *machine) racy(sc *script) bool {
	for t := range sc.threads {
		for u := range t {
			a, ok := m.next(sc, t)
			b, ok2 := m.next(sc, u)
			if !ok || !ok2 || a.at != b.at {
				continue
			}
			plain := (a.verb == vGet || a.verb == vSet) && (b.verb == vGet || b.verb == vSet)
			if plain && (a.verb == vSet || b.verb == vSet) {
				return true
			}
		}
	}
	return false
}

// steps returns all states in which thread t's next step can leave the machine.
func (m *machine) steps(sc *script, t int) (list []machine) {
	c := m.threads[t]
	if c.pending && c.isr == 0 { // the interrupt may come now
		n := *m
		n.threads[t].pending, n.threads[t].isr = false, 1
		list = append(list, n)
	}
	i, ok := m.next(sc, t)
	if !ok {
		return list
	}
	n := *m
	p := &n.threads[t]
	if p.isr > 0 {
		if p.isr++; int(p.isr) > len(sc.isr) {
			p.isr = 0
		}
	} else {
		p.pc++
	}
	switch i.verb {
	case vChoose:
		for x := range uint8(2) {
			n2 := n
			n2.see(t, x)
			list = append(list, n2)
		}
		return list
	case vPark:
		if !m.tokens[i.at] {
			if int(c.woken) >= sc.spurious {
				return list
			}
			p.woken++
		}
		n.tokens[i.at] = false
		return append(list, n)
	case vLock:
		if m.owner[i.at] != 0 {
			return list
		}
		n.owner[i.at] = int8(t + 1)
		return append(list, n)
	case vAwait:
		if m.words[i.at] != i.a {
			return list
		}
		return append(list, n)
	}
	n.simple(t, i)
	return append(list, n)
}

// simple does an instruction that can always happen, in one way.
func (m *machine) simple(t int, i instr) {
	c := &m.threads[t]
	switch i.verb {
	case vLoad:
		m.see(t, m.words[i.at])
	case vStore:
		m.words[i.at] = i.a
	case vSwap:
		m.see(t, m.words[i.at])
		m.words[i.at] = i.a
	case vAdd:
		m.words[i.at] += i.a
		m.see(t, m.words[i.at])
	case vOr:
		m.see(t, m.words[i.at])
		m.words[i.at] |= i.a
	case vAnd:
		m.see(t, m.words[i.at])
		m.words[i.at] &= i.a
	case vCAS:
		if m.words[i.at] == i.a {
			m.words[i.at] = i.b
			m.see(t, 1)
		} else {
			m.see(t, 0)
		}
	case vTryPark:
		m.see(t, bit(m.tokens[i.at]))
		m.tokens[i.at] = false
	case vUnpark:
		m.tokens[i.at] = true
	case vUnlock:
		m.owner[i.at] = 0
	case vGet:
		m.see(t, m.vars[i.at])
	case vSet:
		m.vars[i.at] = 10 + i.a
	case vSkip:
		if c.n == 0 || c.seen[c.n-1] != i.a {
			c.pc += i.b
		}
	case vRaise:
		c.pending = true
	case vPtrStore:
		m.ptr = i.a
	case vPtrLoad:
		m.see(t, m.ptr)
	case vPtrCAS:
		if m.ptr == i.a {
			m.ptr = i.b
			m.see(t, 1)
		} else {
			m.see(t, 0)
		}
	}
}

func (m *machine) see(t int, x uint8) {
	c := &m.threads[t]
	if m.forgets {
		c.n = 0
	}
	c.seen[c.n] = x
	c.n++
}

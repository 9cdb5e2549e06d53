package sched

import (
	"math/rand/v2"
	"testing"
)

// treeTwin is the order as nobody would write it for speed: a list of all, of
// which the least is looked for.
type treeTwin []place

func (l treeTwin) first() *place {
	var least *place
	for i := range l {
		if p := &l[i]; p.member && (least == nil || p.before(least)) {
			least = p
		}
	}
	return least
}

// moved is the tree's.
func (l treeTwin) moved(slot, leaf uint32) { l[slot].leaf = leaf }

// TestTreeAgainstDumbTwin drives a tree with keys that are often equal, and looks
// not only at who is first but, by taking all out at times, at the whole order.
func TestTreeAgainstDumbTwin(t *testing.T) {
	const slots, operations = 300, 60_000
	r := rand.New(rand.NewPCG(1, 2))
	twin := make(treeTwin, slots)
	tree := readyTree{moved: twin}
	most, seq := 0, uint64(0)
	check := func(op int) bool {
		want := twin.first()
		if (want != nil) != (tree.n != 0) {
			t.Fatalf("operation %d: the tree has %d entries, its twin %v", op, tree.n, want)
		}
		if want != nil && tree.first() != want.slot {
			t.Fatalf("operation %d: slot %d is first, want %d", op, tree.first(), want.slot)
		}
		most = max(most, tree.n)
		return want != nil
	}
	for op := range operations {
		crowd := op / 5_000 % 2 // fill and drain in turn, so that the tree grows and shrinks
		slot := r.IntN(slots)
		if r.IntN(4) == 0 && tree.n > 0 {
			slot = int(tree.first())
		}
		p := &twin[slot]
		was := *p
		seq++
		p.key, p.seq, p.slot = r.Int64N(8), seq, uint32(slot)
		if r.IntN(50) == 0 {
			p.key = lastKey
		}
		switch {
		case !p.member && r.IntN(4) > 3*crowd-1:
			p.member = true
			tree.push(p)
		case p.member && r.IntN(2) == 0:
			tree.update(p)
		case p.member && (crowd == 1 || r.IntN(8) == 0):
			p.member = false
			tree.remove(p)
		default:
			*p = was
		}
		check(op)
		for op%1000 == 999 && check(op) {
			p := &twin[tree.first()]
			p.member = false
			tree.remove(p)
		}
	}
	if most < slots/3 {
		t.Errorf("%d entries at most: the tree never grew", most)
	}
}

// A tree gives nothing back and asks for nothing once it has been as large.
func TestTreeAllocatesForItsLargestSizeOnly(t *testing.T) {
	const slots = 100
	twin := make(treeTwin, slots)
	tree := readyTree{moved: twin}
	swing := func() {
		for i := range twin {
			twin[i].key, twin[i].slot = int64(i), uint32(i)
			tree.push(&twin[i])
		}
		for i := range twin {
			tree.remove(&twin[i])
		}
	}
	swing()
	if n := testing.AllocsPerRun(10, swing); n != 0 {
		t.Errorf("%v allocations when it grows again", n)
	}
	if len(tree.nodes) > 8 {
		t.Errorf("%d nodes are left of an empty tree", len(tree.nodes))
	}
}

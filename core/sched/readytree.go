package sched

import (
	"math"
	"math/bits"
)

// readyEntry is an entity in the ready order. It holds no pointer, so moving it
// costs no write barrier and the collector does not look at the tree.
type readyEntry struct {
	key  int64
	seq  uint64 // breaks ties: the earlier one comes first
	slot uint32
	leaf uint32
}

// lastKey is what keys are cut to; a free leaf comes behind it.
const lastKey = math.MaxInt64 - 1

// freeLeaf is what stands for a leaf that no entity has.
func freeLeaf(leaf uint32) readyEntry {
	return readyEntry{key: lastKey + 1, seq: uint64(leaf), leaf: leaf}
}

// before reports whether x comes before y. No two entries of a tree are equal.
func (x *readyEntry) before(y *readyEntry) bool {
	return x.key < y.key || x.key == y.key && x.seq < y.seq
}

// readyTree is a tree of losers (D. E. Knuth, "The Art of Computer Programming",
// vol. 3, 5.4.1): the entities stand at the leaves of a tournament, each node
// keeps who lost there, and node 0 who won it all. So every leaf's entry stands in
// the tree once.
//
// What a scheduler does most is to give the first entity another key. All whom
// it beat are those on its way up: that is one comparison a level, and a swap
// where the order changes. A heap compares with all children of a node to find
// where to go, and moves an entry a level, and the note of where that is. The
// tree is as high as the number of entities in it asks for, not of those
// attached: idle ones are in no tree, and the leaves are halved when three
// quarters are free.
type readyTree struct {
	nodes []readyEntry // as many as leaves, a power of two
	spare []readyEntry // of the next change of size
	free  []uint32     // leaves that no entity has
	n     int          // entities
	moved mover
}

// mover is told that an entity has got another leaf.
type mover interface{ moved(slot, leaf uint32) }

// first returns the slot of the first entity. Requires: there is one.
func (t *readyTree) first() uint32 { return t.nodes[0].slot }

// push adds an entity.
func (t *readyTree) push(p *place) {
	if t.n == len(t.nodes) {
		t.resize(max(1, 2*t.n))
	}
	t.n++
	p.leaf = t.free[len(t.free)-1]
	t.free = t.free[:len(t.free)-1]
	t.update(p)
}

// update gives an entity that is in t another place.
func (t *readyTree) update(p *place) {
	x := readyEntry{min(p.key, lastKey), p.seq, p.slot, p.leaf}
	if t.nodes[0].leaf == x.leaf {
		t.replay(x, 0)
		return
	}
	t.put(x)
}

// remove takes an entity out.
func (t *readyTree) remove(p *place) {
	t.put(freeLeaf(p.leaf))
	t.free = append(t.free, p.leaf)
	if t.n--; t.n < len(t.nodes)/4 {
		t.resize(len(t.nodes) / 2)
	}
}

// replay has x, the new entry of a leaf, play all matches below node end again,
// and leaves who comes out of them there. Requires: the leaf's old entry won
// them, so that the losers are those whom it met.
func (t *readyTree) replay(x readyEntry, end uint) {
	nodes, key, seq, slot, leaf := t.nodes, x.key, x.seq, x.slot, x.leaf
	for i := (uint(leaf) + uint(len(nodes))) / 2; i > end; i /= 2 {
		y := &nodes[i]
		if y.key > key || y.key == key && y.seq > seq {
			continue
		}
		key, y.key = y.key, key
		seq, y.seq = y.seq, seq
		slot, y.slot = y.slot, slot
		leaf, y.leaf = y.leaf, leaf
	}
	nodes[end] = readyEntry{key, seq, slot, leaf}
}

// put is update for any leaf.
func (t *readyTree) put(x readyEntry) {
	at := t.find(x.leaf)
	if old := &t.nodes[at]; at == 0 || old.before(&x) {
		// Who beats the old entry at its node beats whoever comes there now.
		t.replay(x, at)
		return
	}
	t.nodes[at] = x
	for t.rise(&at) && at > 0 {
	}
}

// find returns where a leaf's entry stands: at the node on its way where it lost.
func (t *readyTree) find(leaf uint32) uint {
	i := (uint(leaf) + uint(len(t.nodes))) / 2
	for i > 0 && t.nodes[i].leaf != leaf {
		i /= 2
	}
	return i
}

// rise has the entry at node at, which came there from below, play against the
// one that won there before. That one stands where it lost itself, at the first
// node above that has an entry from below node at. If the new one wins, they
// trade places.
func (t *readyTree) rise(at *uint) bool {
	x := &t.nodes[*at]
	height := bits.Len(uint(len(t.nodes))) - bits.Len(*at)
	i := *at / 2
	for i > 0 && (uint(t.nodes[i].leaf)+uint(len(t.nodes)))>>height != *at {
		i /= 2
	}
	w := &t.nodes[i]
	if !x.before(w) {
		return false
	}
	*x, *w = *w, *x
	*at = i
	return true
}

// resize gives t another number of leaves, a power of two and enough. It
// allocates only if t never had as many.
func (t *readyTree) resize(leaves int) {
	old := t.nodes
	if cap(t.spare) < leaves {
		t.spare = make([]readyEntry, leaves)
		t.free = make([]uint32, 0, leaves)
	}
	t.nodes, t.spare, t.free = t.spare[:leaves], old, t.free[:0]
	// Of leaves that are all free the leftmost wins each match.
	for i := range t.nodes {
		right := (2*uint(i) + 1) << (bits.Len(uint(leaves)) - bits.Len(2*uint(i)+1))
		t.nodes[i] = freeLeaf(uint32(right) - uint32(leaves))
	}
	var leaf uint32
	for _, x := range old {
		if x.key <= lastKey {
			x.leaf = leaf
			leaf++
			t.moved.moved(x.slot, x.leaf)
			t.put(x)
		}
	}
	for l := uint32(leaves); l > leaf; l-- {
		t.free = append(t.free, l-1)
	}
}

// clear takes all entities out.
func (t *readyTree) clear() {
	t.n, t.nodes = 0, t.nodes[:0]
	t.free = t.free[:0]
}

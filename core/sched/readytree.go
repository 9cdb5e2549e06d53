package sched

import "math"

// readyEntry is an entity in the ready order. It holds no pointer, so moving it
// costs no write barrier and the collector does not look at the tree.
type readyEntry struct {
	key  int64
	slot uint32
}

// readyTree is a winner tree (D. E. Knuth, "The Art of Computer Programming",
// vol. 3, 5.4.1): the leaves are the entities, dense and in no order, and each
// node above is the first of its two children, so node 1 is the first of all.
//
// What a scheduler does most is to give the first entity another key. Here that
// is one comparison and one store a level, on the way from its leaf to the root; a
// heap compares with all children of a node to find where to go, and moves an
// entry a level, and the note of where that is. The tree is as high as the number
// of entities in it asks for, not of those attached: idle ones are in no tree,
// and the leaves are halved when three quarters are free.
type readyTree struct {
	nodes  []readyEntry // 1 to 2*leaves-1; the leaves are the upper half
	n      int          // entries: leaves that are taken, from the left
	places *places
}

// places is what the trees of a run queue, of which an entity is in one at most,
// know by slot.
type places struct {
	at  []uint32 // which leaf is the entity's
	seq []uint64 // breaks ties: the earlier one comes first
}

// lastKey is what keys are cut to; a free leaf comes behind it.
const lastKey = math.MaxInt64 - 1

var freeLeaf = readyEntry{key: lastKey + 1}

// grow makes room for one slot more.
func (p *places) grow() {
	p.at = append(p.at, 0)
	p.seq = append(p.seq, 0)
}

// first returns the slot of the first entity. Requires: there is one.
func (t *readyTree) first() uint32 { return t.nodes[1].slot }

// before reports whether the first entity of t comes before that of u; neither
// is empty.
func (t *readyTree) before(u *readyTree) bool { return t.earlier(t.nodes[1], u.nodes[1]) }

// push adds an entity.
func (t *readyTree) push(p *place) {
	if 2*t.n >= len(t.nodes) {
		t.resize(max(1, 2*t.n))
	}
	t.n++
	t.places.at[p.slot] = uint32(t.n - 1)
	t.update(p)
}

// update gives an entity that is in t another place.
func (t *readyTree) update(p *place) {
	t.places.seq[p.slot] = p.seq
	t.set(uint(t.places.at[p.slot]), readyEntry{min(p.key, lastKey), p.slot})
}

// set makes x a leaf, and has it meet the others on its way up. It calls nothing
// before its end, so that all it works with stays in registers: the first tie on
// the way is left to climb, with the rest of the way.
func (t *readyTree) set(leaf uint, x readyEntry) {
	nodes := t.nodes
	i := leaf + uint(len(nodes))/2
	nodes[i] = x
	for i > 1 {
		if y := nodes[i^1]; y.key <= x.key {
			if y.key == x.key {
				t.climb(i / 2)
				return
			}
			x = y
		}
		i /= 2
		nodes[i] = x
	}
}

// climb sets node i, and all above it, to the first of their children.
func (t *readyTree) climb(i uint) {
	for ; i > 0; i /= 2 {
		x, y := t.nodes[2*i], t.nodes[2*i+1]
		if t.earlier(y, x) {
			x = y
		}
		t.nodes[i] = x
	}
}

// earlier reports whether x comes before y; free leaves are equal.
func (t *readyTree) earlier(x, y readyEntry) bool {
	if x.key != y.key || x.key > lastKey {
		return x.key < y.key
	}
	return t.places.seq[x.slot] < t.places.seq[y.slot]
}

// remove takes an entity out: the last leaf moves to its place.
func (t *readyTree) remove(slot uint32) {
	t.n--
	leaves := uint(len(t.nodes)) / 2
	last, hole := uint(t.n), uint(t.places.at[slot])
	x := t.nodes[leaves+last]
	t.set(last, freeLeaf)
	if hole != last {
		t.places.at[x.slot] = uint32(hole)
		t.set(hole, x)
	}
	if uint(t.n) < leaves/4 {
		t.resize(int(leaves / 2))
	}
}

// resize gives t another number of leaves, a power of two and enough. It
// allocates only if t never had as many.
func (t *readyTree) resize(leaves int) {
	taken, nodes := t.nodes[len(t.nodes)/2:][:t.n], t.nodes
	if cap(nodes) < 2*leaves {
		nodes = make([]readyEntry, 2*leaves)
	}
	t.nodes = nodes[:2*leaves]
	copy(t.nodes[leaves:], taken)
	for i := leaves + t.n; i < 2*leaves; i++ {
		t.nodes[i] = freeLeaf
	}
	for i := leaves - 1; i >= 1; i-- {
		t.nodes[i] = t.nodes[2*i]
		if y := t.nodes[2*i+1]; t.earlier(y, t.nodes[i]) {
			t.nodes[i] = y
		}
	}
}

// leaf returns the slot of the i-th entity, in no order.
func (t *readyTree) leaf(i int) uint32 { return t.nodes[len(t.nodes)/2+i].slot }

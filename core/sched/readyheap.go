package sched

// readyEntry is an entity in the ready order. It holds no pointer, so moving it
// costs no write barrier and the collector does not look at the heap.
type readyEntry struct {
	key  int64
	seq  uint64
	slot uint32
}

func (a *readyEntry) before(b *readyEntry) bool {
	return a.key < b.key || a.key == b.key && a.seq < b.seq
}

// readyHeap is a heap with four children a node (D. B. Johnson, "Priority
// queues with update and finding minimum spanning trees", 1975): half as deep
// as a binary one, with the children of a node on one or two cache lines.
type readyHeap struct {
	entries []readyEntry
	at      []uint32 // by slot: where the entry is
}

const heapArity = 4

func (h *readyHeap) push(x readyEntry) {
	h.entries = append(h.entries, x)
	h.up(len(h.entries)-1, x)
}

// update moves the entry of x's slot to x's place.
func (h *readyHeap) update(x readyEntry) {
	i := int(h.at[x.slot])
	if i > 0 && x.before(&h.entries[(i-1)/heapArity]) {
		h.up(i, x)
		return
	}
	h.down(i, x)
}

func (h *readyHeap) remove(slot uint32) {
	i := int(h.at[slot])
	n := len(h.entries) - 1
	last := h.entries[n]
	h.entries = h.entries[:n]
	if i == n {
		return
	}
	h.at[last.slot] = uint32(i)
	h.update(last)
}

// up puts x at i or, while it comes before the parent, higher.
func (h *readyHeap) up(i int, x readyEntry) {
	for i > 0 {
		p := (i - 1) / heapArity
		if !x.before(&h.entries[p]) {
			break
		}
		h.entries[i] = h.entries[p]
		h.at[h.entries[i].slot] = uint32(i)
		i = p
	}
	h.entries[i] = x
	h.at[x.slot] = uint32(i)
}

// down puts x at i or, while a child comes before it, lower.
func (h *readyHeap) down(i int, x readyEntry) {
	n := len(h.entries)
	for {
		c := i*heapArity + 1
		if c >= n {
			break
		}
		least := c
		for k := c + 1; k < min(c+heapArity, n); k++ {
			if h.entries[k].before(&h.entries[least]) {
				least = k
			}
		}
		if !h.entries[least].before(&x) {
			break
		}
		h.entries[i] = h.entries[least]
		h.at[h.entries[i].slot] = uint32(i)
		i = least
	}
	h.entries[i] = x
	h.at[x.slot] = uint32(i)
}

package sched

import "math/bits"

// turns is a set of slots that is asked for the next one in turn: a bitmap, and
// above it bitmaps of which words below have bits. Adding a slot, taking it out
// and finding the next one take one word a level, and a level is 64 times the
// slots. (P. van Emde Boas, "Preserving order in a forest in less than
// logarithmic time", 1975, has the idea; the flat form with a machine word a
// node is folklore.)
type turns struct {
	levels [turnLevels][]uint64
	height int // of the levels, those in use: the uppermost has one word
	n      int // slots in it
}

const (
	turnLevels = 4
	maxTurns   = 1 << (6 * turnLevels) // slots
)

// grow makes room for slots below n.
func (t *turns) grow(n int) {
	for l := 0; ; l++ {
		n = (n + 63) / 64
		for len(t.levels[l]) < n {
			t.levels[l] = append(t.levels[l], 0)
		}
		if n == 1 {
			t.raise(l + 1)
			return
		}
	}
}

// raise makes t so many levels high, at least: each new one knows of the word
// that was above all others.
func (t *turns) raise(height int) {
	for ; t.height < height; t.height++ {
		if l := t.height; l > 0 && t.levels[l-1][0] != 0 {
			t.levels[l][0] |= 1
		}
	}
}

// add puts a slot in, which is not in.
func (t *turns) add(slot uint32) {
	t.n++
	for l := range t.height {
		w := &t.levels[l][slot>>6]
		was := *w
		*w = was | 1<<(slot&63)
		if was != 0 {
			return
		}
		slot >>= 6
	}
}

// remove takes a slot out, which is in.
func (t *turns) remove(slot uint32) {
	t.n--
	for l := range t.height {
		w := &t.levels[l][slot>>6]
		if *w &^= 1 << (slot & 63); *w != 0 {
			return
		}
		slot >>= 6
	}
}

// from returns the first slot from a given one on, or, if there is none, from 0
// on. Requires: there is one.
func (t *turns) from(slot uint32) uint32 {
	if i := slot >> 6; i < uint32(len(t.levels[0])) {
		if w := t.levels[0][i] >> (slot & 63); w != 0 {
			return slot + uint32(bits.TrailingZeros64(w))
		}
	}
	return t.search(slot)
}

// search is from for a slot whose word has no bit from it on.
func (t *turns) search(slot uint32) uint32 {
	for l := 1; l < t.height; l++ {
		// The word below is done with: from the next one on.
		slot = slot>>6 + 1
		if i := slot >> 6; i < uint32(len(t.levels[l])) {
			if w := t.levels[l][i] >> (slot & 63); w != 0 {
				return t.descend(l, slot+uint32(bits.TrailingZeros64(w)))
			}
		}
	}
	return t.descend(t.height, 0)
}

// descend returns the first slot below bit i of a level.
func (t *turns) descend(level int, i uint32) uint32 {
	for level > 0 {
		level--
		i = i<<6 | uint32(bits.TrailingZeros64(t.levels[level][i]))
	}
	return i
}

// clear takes all slots out.
func (t *turns) clear() {
	t.n = 0
	for _, l := range t.levels {
		clear(l)
	}
}

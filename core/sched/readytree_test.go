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
		if p := &l[i]; p.pos != 0 && (least == nil || p.before(least)) {
			least = p
		}
	}
	return least
}

// TestTreeAgainstDumbTwin drives two trees that share their notes, as those of a
// run queue do, with keys that are often equal.
func TestTreeAgainstDumbTwin(t *testing.T) {
	const slots, operations = 300, 60_000
	r := rand.New(rand.NewPCG(1, 2))
	notes := new(places)
	trees := [2]readyTree{{places: notes}, {places: notes}}
	var twins [2]treeTwin
	for i := range twins {
		twins[i] = make(treeTwin, slots)
	}
	for range slots {
		notes.grow()
	}
	in := make([]int, slots) // 1 + the tree that the slot is in
	most, seq := 0, uint64(0)
	for op := range operations {
		crowd := op / 5_000 % 2 // fill and drain in turn, so that trees grow and shrink
		slot := r.IntN(slots)
		seq++
		p := place{key: r.Int64N(8), seq: seq, slot: uint32(slot), pos: 1}
		if r.IntN(50) == 0 {
			p.key = lastKey
		}
		switch {
		case in[slot] == 0 && r.IntN(4) > 3*crowd-1:
			which := r.IntN(2)
			trees[which].push(&p)
			twins[which][slot], in[slot] = p, which+1
		case in[slot] != 0 && r.IntN(2) == 0:
			which := in[slot] - 1
			trees[which].update(&p)
			twins[which][slot] = p
		case in[slot] != 0 && (crowd == 1 || r.IntN(8) == 0):
			which := in[slot] - 1
			trees[which].remove(uint32(slot))
			twins[which][slot], in[slot] = place{}, 0
		}
		for i := range trees {
			want := twins[i].first()
			if (want != nil) != (trees[i].n != 0) {
				t.Fatalf("operation %d: tree %d has %d entries, its twin %v", op, i, trees[i].n, want)
			}
			if want != nil && trees[i].first() != want.slot {
				t.Fatalf("operation %d: slot %d is first in tree %d, want %d",
					op, trees[i].first(), i, want.slot)
			}
			most = max(most, trees[i].n)
		}
		if want := twins[0].first(); want != nil && trees[1].n != 0 &&
			trees[0].before(&trees[1]) != want.before(twins[1].first()) {
			t.Fatalf("operation %d: the trees' first are in the wrong order", op)
		}
	}
	if most < slots/3 {
		t.Errorf("%d entries at most: the trees never grew", most)
	}
}

// A tree gives nothing back and asks for nothing once it has been as large.
func TestTreeAllocatesForItsLargestSizeOnly(t *testing.T) {
	const slots = 100
	tree := readyTree{places: new(places)}
	for range slots {
		tree.places.grow()
	}
	swing := func() {
		for i := range slots {
			tree.push(&place{key: int64(i), slot: uint32(i)})
		}
		for i := range slots {
			tree.remove(uint32(i))
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

// Laps begin at 0 again, and nobody notices.
func TestRoundsGoOnWhenLapsAreUsedUp(t *testing.T) {
	q := new(runQueue)
	q.init(new(Scheduler), RR)
	const members = 5
	entities := make([]Entity, members)
	for i := range entities {
		e := &entities[i]
		e.place.priority, e.head = Normal, new(Job)
		e.priority.Store(uint32(Normal))
		q.enter(e)
	}
	q.bands[Normal].lap = maxLap - 3
	q.restart(&q.bands[Normal])
	var got []int
	for range 6 * members {
		e := q.first()
		got = append(got, int(e.place.slot))
		q.served(e)
		q.reorder(e)
	}
	for i, e := range got {
		if e != i%members {
			t.Fatalf("served %v, want 0 to %d in turn", got, members-1)
		}
	}
	if lap := q.bands[Normal].lap; lap > members {
		t.Errorf("lap %d at the end: it never began again", lap)
	}
}

package sched

import (
	"math/rand/v2"
	"testing"
)

// TestTurnsAgainstDumbTwin drives a set of slots of every number of levels that a
// run queue can have but the last.
func TestTurnsAgainstDumbTwin(t *testing.T) {
	for _, size := range []int{1, 64, 65, 70, 5_000, 300_000} {
		r := rand.New(rand.NewPCG(1, uint64(size)))
		var set turns
		set.grow(1)
		twin := map[uint32]bool{}
		var in []uint32
		for op := range 2_000 {
			limit := min(size, 1+op*size/1_000) // the set grows with what is in it
			if slot := uint32(r.IntN(limit)); !twin[slot] && len(in) < 20 {
				set.grow(int(slot) + 1)
				set.add(slot)
				twin[slot], in = true, append(in, slot)
			} else if len(in) > 0 {
				i := r.IntN(len(in))
				slot = in[i]
				in[i] = in[len(in)-1]
				in = in[:len(in)-1]
				delete(twin, slot)
				set.remove(slot)
			}
			if set.n != len(in) {
				t.Fatalf("size %d, operation %d: %d slots, want %d", size, op, set.n, len(in))
			}
			if set.n == 0 {
				continue
			}
			from := uint32(r.IntN(size + 1))
			want, round := uint32(0), uint32(size)
			for _, slot := range in {
				// How far it is, once around.
				if d := (slot + uint32(size) - from) % uint32(size); d < round && from < uint32(size) {
					want, round = slot, d
				}
			}
			if from == uint32(size) { // behind the last: as from the first
				want = set.from(0)
			}
			if got := set.from(from); got != want {
				t.Fatalf("size %d, operation %d: %d comes from %d on, want %d of %v", size, op, got, from, want, in)
			}
		}
	}
}

// waiting returns n entities that have jobs.
func waiting(n int) []Entity {
	entities := make([]Entity, n)
	for i := range entities {
		e := &entities[i]
		e.id = uint32(i)
		e.place.priority, e.head = Normal, &Job{submit: Time(i)}
		e.priority.Store(uint32(Normal))
	}
	return entities
}

// Entities that come and go leave gaps in the run queue. When it closes them, the
// order stays.
func TestOrderStaysWhenGapsClose(t *testing.T) {
	for p := range numPolicies {
		q := new(runQueue)
		q.init(new(Scheduler), p)
		const stay, pass = 5, 1000
		entities := waiting(stay + pass)
		for i := range stay {
			entities[i].state = entityReady
			q.enter(&entities[i])
		}
		for i := stay; i < len(entities); i++ {
			e := &entities[i]
			e.state = entityReady
			q.enter(e)
			first := q.first()
			if n := q.before(first); n != 0 {
				t.Fatalf("%v: entity %d is served, with %d before it", p, first.id, n)
			}
			want := uint32((i - stay) % (stay + 1)) // those who stay in turn, and then the one who joined
			if want == stay {
				want = e.id
			}
			if p == RR && first.id != want {
				t.Fatalf("rr: it is entity %d's turn, want %d", first.id, want)
			}
			if p == RR {
				q.served(first)
			}
			q.expel(e)
		}
		if len(q.members) > 4*stay {
			t.Errorf("%v: %d slots for %d members", p, len(q.members), stay)
		}
	}
}

package credit

import "fmt"

const (
	// MaxLanes is the largest number of lanes.
	MaxLanes = 6
	// MaxLane is the largest limit and the largest cost of one lane.
	MaxLane = 1<<15 - 1
)

// The words of a Vec. Arithmetic on a whole word is arithmetic on its three
// lanes as long as no lane carries or borrows into the next. 15 bits of a lane
// are value, the rest is room that decides whether one does:
//
//	bit   63   62 .. 57    56 .. 42   41 .. 36    35 .. 21   20 .. 15    14 .. 0
//	      -    room, g     lane 2     room, g     lane 1     room, g     lane 0
const (
	wordLanes = 3
	laneBits  = 21
	laneMask  = 1<<laneBits - 1

	// ones has a 1 in every lane; n*ones is n in every lane.
	ones = 1 | 1<<laneBits | 1<<(2*laneBits)
	// guards are the top bits of the lanes, which a difference sets when a lane
	// falls below zero.
	guards = 1 << (laneBits - 1) * ones
	// excess are the bits that no lane up to MaxLane has.
	excess = ^uint64(MaxLane * ones)
)

// Vec is an amount for each lane, 0 to MaxLane. The zero value is nothing in
// every lane; Vecs compare with ==. Lanes 0 to 2 lie in one word and 3 to 5 in
// the other: for a GPU the slots of three firmware queues and the space of their
// rings, of which most jobs need both in the same queues.
type Vec struct{ low, high uint64 }

// Pack returns the Vec of 1 to MaxLanes amounts, each 0 to MaxLane; lanes that
// are not given get nothing. It returns an error that wraps ErrLanes or ErrCost
// otherwise. It allocates only the error.
func Pack(lanes ...uint32) (Vec, error) {
	if len(lanes) == 0 || len(lanes) > MaxLanes {
		return Vec{}, fmt.Errorf("%w: %d, permitted: 1 to %d", ErrLanes, len(lanes), MaxLanes)
	}
	var v Vec
	for i, n := range lanes {
		if n > MaxLane {
			return Vec{}, fmt.Errorf("%w: %d in lane %d, permitted: 0 to %d", ErrCost, n, i, MaxLane)
		}
		if i < wordLanes {
			v.low |= uint64(n) << (laneBits * i)
		} else {
			v.high |= uint64(n) << (laneBits * (i - wordLanes))
		}
	}
	return v, nil
}

// Lane returns the amount in lane i, and panics unless i is 0 to MaxLanes-1.
func (v Vec) Lane(i int) uint32 {
	if i < 0 || i >= MaxLanes {
		panic(fmt.Sprintf("credit: lane %d; permitted: 0 to %d", i, MaxLanes-1))
	}
	if i < wordLanes {
		return lane(v.low, i)
	}
	return lane(v.high, i-wordLanes)
}

// Add returns the sum of v and w lane by lane, or an error that wraps ErrCost if
// a lane would exceed MaxLane. It allocates only the error.
func (v Vec) Add(w Vec) (Vec, error) {
	// Two lanes of 15 bits add to 16, so none carries into the next.
	sum := v.plus(w)
	if sum.exceeds() {
		return Vec{}, fmt.Errorf("%w: %v and %v, permitted: 0 to %d a lane", ErrCost, v, w, MaxLane)
	}
	return sum, nil
}

// String returns the amounts in the order of the lanes, such as
// "[1 0 0 12 0 0]".
func (v Vec) String() string {
	var lanes [MaxLanes]uint32
	for i := range lanes {
		lanes[i] = v.Lane(i)
	}
	return fmt.Sprint(lanes)
}

// covers reports whether v has at least w in every lane. Requires: no lane of
// either reaches its guard bit.
//
// One subtraction serves all lanes of a word. If none falls below zero, every
// difference is below its guard bit. Otherwise the lowest that does so, which
// nobody has borrowed from, sets its guard bit; what it borrows from the lanes
// above no longer matters. The method is L. Lamport's, "Multiple Byte Processing
// with Full-Word Instructions" (CACM 18(8), 1975).
func (v Vec) covers(w Vec) bool {
	d := v.minus(w)
	return (d.low|d.high)&guards == 0
}

// plus and minus work on whole words.
func (v Vec) plus(w Vec) Vec  { return Vec{v.low + w.low, v.high + w.high} }
func (v Vec) minus(w Vec) Vec { return Vec{v.low - w.low, v.high - w.high} }

// exceeds reports whether some lane is not 0 to MaxLane.
func (v Vec) exceeds() bool { return (v.low|v.high)&excess != 0 }

// lane returns lane i of a word, guard and room included.
func lane(word uint64, i int) uint32 { return uint32(word >> (laneBits * i) & laneMask) }

package target

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"credence/core/invariant"
	"credence/fuzz/oracle"
)

// MaxPartOps bounds what one input does to a part of the core alone: two bytes
// are one operation.
const MaxPartOps = 4096

// Part takes one part of core or device alone, beside a plain model of it.
type Part struct {
	Name string
	// Run runs an input. interesting says that it did something.
	Run func(data []byte) (interesting bool, f *Finding)
}

// Parts are all there are.
var Parts = []Part{
	{"spsc", Spsc}, {"credit", Credit}, {"fence", Fence}, {"resv", Resv}, {"wheel", Wheel},
	{"slots", Slots}, {"misuse", Misuse}, {"crowd", Crowd},
	{"device", Device},
}

// partOps calls do for each operation of data: its kind, below kinds, and an
// argument.
func partOps(data []byte, kinds byte, do func(kind, arg byte)) {
	s := stream{data: data[:min(len(data), 2*MaxPartOps)]}
	for s.more() {
		kind, arg := s.next()
		do(kind%kinds, arg)
	}
}

// stream is operations that are taken one by one, by handlers within handlers
// too.
type stream struct {
	data []byte
	at   int
}

func (s *stream) more() bool { return s.at+1 < len(s.data) }

func (s *stream) next() (kind, arg byte) {
	kind, arg = s.data[s.at], s.data[s.at+1]
	s.at += 2
	return kind, arg
}

func breaks(id invariant.ID, format string, args ...any) {
	panic(&oracle.Violation{Rule: id.String(), Detail: fmt.Sprintf(format, args...)})
}

// expect breaks a rule unless two values are the same.
func expect[T comparable](id invariant.ID, what string, got, want T) {
	if got != want {
		breaks(id, "%s is %v, not %v", what, got, want)
	}
}

// PartInput draws an input of a part: operations of all kinds, or, as often, of
// a few, since what is never met among everything is met among little.
func PartInput(r *rand.Rand) []byte {
	b := make([]byte, 1+2*(1+r.IntN(1<<(4+r.IntN(6)))))
	kinds := make([]byte, 1+r.IntN(8))
	for i := range kinds {
		kinds[i] = byte(r.Uint32())
	}
	few := r.IntN(2) == 0
	for i := range b {
		if b[i] = byte(r.Uint32()); few && i%2 == 1 && r.IntN(8) > 0 {
			b[i] = kinds[r.IntN(len(kinds))]
		}
	}
	return b
}

// MinimisePart returns a short input for which e finds what it found in data.
func MinimisePart(e Part, data []byte, f *Finding) []byte {
	best := slices.Clone(data)
	try := func(b []byte) bool {
		_, g := e.Run(b)
		if g == nil || g.Class != f.Class {
			return false
		}
		best = slices.Clone(b)
		return true
	}
	for size := len(best) / 4 * 2; size > 0; size = size / 4 * 2 {
		for end := len(best); end-size >= 1; end -= size {
			if end <= len(best) {
				try(slices.Concat(best[:end-size], best[end:]))
			}
		}
	}
	return best
}

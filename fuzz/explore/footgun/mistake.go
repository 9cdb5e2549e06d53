//go:build explore

package footgun

import (
	"math/rand/v2"
	"slices"
)

// Operator is a kind of mistake.
type Operator uint8

// The mistakes, in the order in which several are made.
const (
	CheckBeforeArming Operator = iota // the look comes before what it is to be ordered behind
	FreeAfterSignal                   // the resource comes back after the fence
	StaleValue                        // a value is read before the lock is taken
	DroppedLock                       // the steps of a list exclude nobody
	WiderScope                        // the look takes in what others have in use
	OffByOne                          // one too many or too few
	MissingWake                       // somebody is not told
	NumOperators
)

var operatorNames = [NumOperators]string{
	"check before arming", "free after signal", "stale cached value", "dropped lock", "wider scope",
	"off by one", "missing wake",
}

// String names the mistake.
func (o Operator) String() string { return operatorNames[o] }

// Mistake is one mistake at one place of a driver.
type Mistake struct {
	Op      Operator
	Release bool // in Release rather than Ask
	At      Do   // the step that it is about
	Off     int  // of OffByOne
}

// Mistakes returns all that can be made in d, by operator.
func (d Driver) Mistakes() (list []Mistake) {
	for op := range NumOperators {
		for _, release := range []bool{false, true} {
			for _, s := range *d.list(release) {
				for _, off := range offsets(op, s.Do) {
					if op.concerns(s.Do, release) {
						list = append(list, Mistake{op, release, s.Do, off})
					}
				}
			}
		}
	}
	return list
}

// concerns reports whether a mistake can be made at a step.
func (o Operator) concerns(s Do, release bool) bool {
	switch o {
	case CheckBeforeArming:
		return s == Arm || s == Ref
	case FreeAfterSignal:
		return s == Free
	case StaleValue:
		return s == Read || s == First
	case DroppedLock:
		return s == Lock
	case WiderScope:
		return !release && (s == Read || s == First)
	case OffByOne:
		return s == Decide || s == First || s == Wake
	}
	return s == Signal || s == Wake
}

// offsets are by how much a step can be off.
func offsets(o Operator, s Do) []int {
	switch {
	case o != OffByOne:
		return []int{0}
	case s == Decide:
		return []int{1, -1}
	case s == Wake:
		return []int{-1}
	}
	return []int{1}
}

func (d *Driver) list(release bool) *[]Step {
	if release {
		return &d.Release
	}
	return &d.Ask
}

// With returns d with mistakes, which are made in the order of their operators.
func (d Driver) With(mistakes ...Mistake) Driver {
	d.Ask, d.Release = slices.Clone(d.Ask), slices.Clone(d.Release)
	list := slices.Clone(mistakes)
	slices.SortStableFunc(list, func(a, b Mistake) int { return int(a.Op) - int(b.Op) })
	for _, m := range list {
		steps := d.list(m.Release)
		*steps = m.make(*steps)
	}
	return d
}

// make returns the list with the mistake.
func (m Mistake) make(list []Step) []Step {
	switch m.Op {
	case CheckBeforeArming:
		return apart(list, Unlock, Lock, m.At, First)
	case FreeAfterSignal:
		return apart(list, Signal, Lock, Free, Read)
	case StaleValue:
		return hoist(list, m.At)
	case DroppedLock, MissingWake:
		return slices.DeleteFunc(list, func(s Step) bool {
			return s.Do == m.At || m.At == Lock && s.Do == Unlock
		})
	}
	for i := range list {
		if list[i].Do == m.At {
			list[i].Wide = list[i].Wide || m.Op == WiderScope
			list[i].Off += m.Off
		}
	}
	return list
}

// apart moves a step, with the one that it reads by if that stands before it, into
// a locked section of its own: behind the last step of a kind.
func apart(list []Step, behind, lock, what, reads Do) []Step {
	moved := []Step{{Do: lock}}
	rest := slices.DeleteFunc(list, func(s Step) bool {
		if s.Do == what || s.Do == reads {
			moved = append(moved, s)
			return true
		}
		return false
	})
	moved = append(moved, Step{Do: Unlock})
	if len(rest) > 1 && rest[0].Do == Lock && rest[1].Do == Unlock { // of nothing any more
		rest = rest[2:]
	}
	at := 1 + slices.IndexFunc(rest, func(s Step) bool { return s.Do == behind })
	return slices.Insert(rest, at, moved...)
}

// hoist moves a step to the front of the list.
func hoist(list []Step, what Do) []Step {
	at := slices.IndexFunc(list, func(s Step) bool { return s.Do == what })
	s := list[at]
	return slices.Insert(slices.Delete(list, at, at+1), 0, s)
}

// MaxMistakes is how many a drawn driver has at most.
const MaxMistakes = 3

// Draw draws one to MaxMistakes mistakes for d, each number with the same odds, of
// different operators, each of those that d has a place for with the same odds, and
// of its places one.
func (d Driver) Draw(r *rand.Rand) []Mistake {
	places := make([][]Mistake, NumOperators)
	for _, m := range d.Mistakes() {
		places[m.Op] = append(places[m.Op], m)
	}
	places = slices.DeleteFunc(places, func(p []Mistake) bool { return len(p) == 0 })
	var out []Mistake
	for range 1 + r.IntN(MaxMistakes) {
		i := r.IntN(len(places))
		out = append(out, places[i][r.IntN(len(places[i]))])
		places = slices.Delete(places, i, i+1)
	}
	slices.SortFunc(out, func(a, b Mistake) int { return int(a.Op) - int(b.Op) })
	return out
}

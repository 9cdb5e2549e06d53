// Package edges counts which edges of core and device a program has taken, if the
// process was built for it:
//
//	go build -tags edges -gcflags=credence/core/...=-d=libfuzzer \
//		-gcflags=credence/hwmock/...=-d=libfuzzer
//
// The compiler then adds a counter of eight bits to each branch, which is what Go's
// own fuzzing and libFuzzer look at too, at about half of the speed again. The
// counters are the process's: one goroutine at a time can use them. Without the
// tag there are none, and the package refuses to guess: a map has no edges then.
//
// Package testing's fuzzing has counters of the same name, so a test binary that
// fuzzes cannot have the tag.
package edges

import "encoding/binary"

// Counted reports whether the process counts edges.
func Counted() bool { return len(counters()) > 0 }

// Total returns how many edges there are.
func Total() int { return len(counters()) }

// Map is what has been reached so far. The zero value is empty.
type Map struct {
	seen  []byte // a bit for each bucket of counts
	edges int
}

// Begin forgets what the process has counted.
func Begin() { clear(counters()) }

// End adds what was counted since Begin. news says that an edge was taken that
// was not taken before, or one of those in another order of magnitude of times.
func (m *Map) End() (news bool) { return m.add(counters()) }

func (m *Map) add(c []byte) (news bool) {
	if m.seen == nil {
		m.seen = make([]byte, len(c))
	}
	for i := 0; i < len(c); i++ {
		// Most are zeros: eight at a time.
		for i+8 <= len(c) && binary.LittleEndian.Uint64(c[i:]) == 0 {
			i += 8
		}
		if i == len(c) || c[i] == 0 {
			continue
		}
		b := bucket(c[i])
		if m.seen[i]&b == 0 {
			if m.seen[i] == 0 {
				m.edges++
			}
			m.seen[i] |= b
			news = true
		}
	}
	return news
}

// Len returns how many edges have been taken.
func (m *Map) Len() int { return m.edges }

// bucket returns the bit of a count's order of magnitude, as AFL has them (M.
// Zalewski, "Technical whitepaper for afl-fuzz", 2016).
func bucket(n byte) byte {
	switch {
	case n <= 3:
		return 1 << (n - 1)
	case n < 8:
		return 1 << 3
	case n < 16:
		return 1 << 4
	case n < 32:
		return 1 << 5
	case n < 128:
		return 1 << 6
	}
	return 1 << 7
}

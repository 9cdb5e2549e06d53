package campaign

import (
	"bytes"
	"math/rand/v2"
	"slices"
)

// scrambler makes inputs that are no programs.
type scrambler struct {
	rand   *rand.Rand
	corpus [][]byte
}

// again is how many of 100 changes are followed by another one.
const again = 66

// next makes an input: random bytes, or a changed one of the corpus.
func (s *scrambler) next() []byte {
	if len(s.corpus) == 0 || s.rand.IntN(16*fresh) == 0 {
		return s.random(1 + s.rand.IntN(256))
	}
	data := bytes.Clone(s.corpus[s.rand.IntN(len(s.corpus))])
	for {
		data = s.change(data)
		if s.rand.IntN(100) >= again {
			return data[:min(len(data), MaxBytes)]
		}
	}
}

func (s *scrambler) random(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(s.rand.Uint32())
	}
	return b
}

// piece returns the ends of a random piece of data, mostly a short one.
func (s *scrambler) piece(data []byte) (from, to int) {
	from = s.rand.IntN(len(data) + 1)
	most := len(data) - from
	if s.rand.IntN(4) > 0 {
		most = min(most, 8)
	}
	return from, from + s.rand.IntN(most+1)
}

// change makes one change.
func (s *scrambler) change(data []byte) []byte {
	if len(data) == 0 {
		return s.random(1)
	}
	at := s.rand.IntN(len(data))
	from, to := s.piece(data)
	switch s.rand.IntN(8) {
	case 0:
		data[at] = byte(s.rand.Uint32())
	case 1:
		data[at] ^= 1 << s.rand.IntN(8)
	case 2:
		data[at] += byte(s.rand.IntN(33)) - 16
	case 3:
		return slices.Delete(data, from, to)
	case 4:
		return slices.Insert(data, at, s.random(1+s.rand.IntN(4))...)
	case 5:
		return slices.Insert(data, at, bytes.Clone(data[from:to])...)
	case 6: // a piece of another one
		x := s.corpus[s.rand.IntN(len(s.corpus))]
		from, to := s.piece(x)
		return slices.Insert(data, at, x[from:to]...)
	case 7: // another one's end
		x := s.corpus[s.rand.IntN(len(s.corpus))]
		return append(data[:at], x[s.rand.IntN(len(x)+1):]...)
	}
	return data
}

// MinimiseBytes returns few bytes for which fails reports true as it does for
// data, and how often it asked, at most limit times. It takes off pieces, the last
// ones first and large ones as long as that works, and then makes what is left
// the digit 0. data is left alone.
func MinimiseBytes(data []byte, limit int, fails func([]byte) bool) (small []byte, asked int) {
	try := func(x []byte) bool {
		if asked == limit {
			return false
		}
		asked++
		if !fails(x) {
			return false
		}
		small = x
		return true
	}
	small = bytes.Clone(data)
	for before := len(small) + 1; before > len(small); {
		before = len(small)
		for size := (len(small) + 1) / 2; size > 0; size /= 2 {
			for end := len(small); end > 0; end -= size {
				end = min(end, len(small))
				start := max(0, end-size)
				try(slices.Concat(small[:start], small[end:]))
			}
		}
	}
	for i := range small {
		if small[i] != '0' {
			x := bytes.Clone(small)
			x[i] = '0'
			try(x)
		}
	}
	return small, asked
}

//go:build explore

package explore

import (
	"sort"
	"unsafe"
)

// image is one region of the snapshot as words: what is there, and what was.
type image struct {
	at, saved unsafe.Pointer
	words     int
	tail      int    // bytes behind the words
	base      uint64 // numbers the words
}

// was returns word i as it was at the start.
func (m *image) was(i int) uint64 { return *(*uint64)(unsafe.Add(m.saved, i*8)) }

// picture readies the regions to be looked at as words.
func (s *snapshot) picture() {
	base := uint64(1)
	for i := range s.regions {
		r := &s.regions[i]
		size := int(r.to - r.from)
		s.images = append(s.images, image{
			at:    unsafe.Pointer(r.at.UnsafeAddr()),
			saved: unsafe.Pointer(r.saved.UnsafeAddr()),
			words: size / 8, tail: size % 8, base: base,
		})
		base += uint64(size/8 + 1)
	}
}

// end returns the bytes behind the words of a region, as one.
func (m *image) end(at unsafe.Pointer) (v uint64) {
	for i := range m.tail {
		v = v<<8 | uint64(*(*byte)(unsafe.Add(at, m.words*8+i)))
	}
	return v
}

// differs hashes all that is not as it was at the start. exact says that no pointer
// among it leads to memory that the snapshot does not hold.
func (s *snapshot) differs(k *spots) (hash uint64, exact bool) {
	exact = true
	for i := range s.images {
		m := &s.images[i]
		at, saved := m.at, m.saved
		for w := range uintptr(m.words) {
			v := *(*uint64)(unsafe.Add(at, w*8))
			if v == *(*uint64)(unsafe.Add(saved, w*8)) {
				continue
			}
			if v>>heapShift == k.heap && !k.known(v) {
				exact = false
			}
			hash += mix(m.base+uint64(w), v)
		}
		if m.tail != 0 {
			if v := m.end(at); v != m.end(saved) {
				hash += mix(m.base+uint64(m.words), v)
			}
		}
	}
	return hash, exact
}

// holds reports whether an address lies in memory that is put back.
func (s *snapshot) holds(p uintptr) bool {
	r := s.regions
	i := sort.Search(len(r), func(i int) bool { return r[i].to > p })
	return i < len(r) && r[i].from <= p
}

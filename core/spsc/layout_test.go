//go:build !explore

package spsc_test

import (
	"reflect"
	"testing"

	"credence/core/spsc"
	"credence/core/xatomic"
)

// TestEndsShareNoCacheLine finds, from the fields' offsets alone, the lines that
// the producer's state, the tail, the head and the consumer's state occupy when
// a Queue starts at each 8-byte aligned place of a line, and wants them apart.
func TestEndsShareNoCacheLine(t *testing.T) {
	linesApart(t, reflect.TypeFor[spsc.Queue[*int]]())
	linesApart(t, reflect.TypeFor[spsc.Queue[uint64]]())
	linesApart(t, reflect.TypeFor[spsc.Queue[uint8]]())
	linesApart(t, reflect.TypeFor[spsc.Queue[[5]uint64]]())
}

func linesApart(t *testing.T, queue reflect.Type) {
	t.Helper()
	if queue.Align()%8 != 0 {
		t.Errorf("%v may start at any multiple of %d bytes", queue, queue.Align())
	}
	groups := []string{"prod", "tail", "head", "cons"}
	for start := uintptr(0); start < xatomic.CacheLine; start += 8 {
		owner := map[uintptr]string{}
		for _, name := range groups {
			f, ok := queue.FieldByName(name)
			if !ok {
				t.Fatalf("%v has no field %s", queue, name)
			}
			first := (start + f.Offset) / xatomic.CacheLine
			last := (start + f.Offset + f.Type.Size() - 1) / xatomic.CacheLine
			for line := first; line <= last; line++ {
				if other, taken := owner[line]; taken {
					t.Errorf("%v at %d mod %d: %s and %s share a line",
						queue, start, xatomic.CacheLine, other, name)
				}
				owner[line] = name
			}
		}
	}
}

// TestLayoutIsAllThereIs fails if a field appears that the test above does not
// place.
func TestLayoutIsAllThereIs(t *testing.T) {
	queue := reflect.TypeFor[spsc.Queue[*int]]()
	named := 0
	for i := range queue.NumField() {
		if queue.Field(i).Name != "_" {
			named++
		}
	}
	if named != 4 {
		t.Errorf("a Queue has %d named fields, the layout test knows 4", named)
	}
}

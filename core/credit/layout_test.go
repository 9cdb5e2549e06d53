//go:build !explore

package credit_test

import (
	"reflect"
	"testing"

	"credence/core/credit"
	"credence/core/xatomic"
)

// TestReturnsShareNoCacheLine wants what completions write to lie on no line
// with what the holder writes, nor with what stands before or after the whole
// in an embedding struct, at each 8-byte aligned place of a line.
func TestReturnsShareNoCacheLine(t *testing.T) {
	for _, typ := range []reflect.Type{
		reflect.TypeFor[credit.Counter](), reflect.TypeFor[credit.Lanes](),
	} {
		holder := [2]uintptr{^uintptr(0), 0} // first byte, last byte
		shared := holder
		for i := range typ.NumField() {
			f := typ.Field(i)
			group := &holder
			switch f.Name {
			case "_":
				continue
			case "returned", "inFlight":
				group = &shared
			}
			group[0] = min(group[0], f.Offset)
			group[1] = max(group[1], f.Offset+f.Type.Size()-1)
		}
		if shared[1] == 0 || holder[0] != 0 {
			t.Fatalf("%v: the holder's fields at %v, the shared ones at %v", typ, holder, shared)
		}
		for start := uintptr(0); start < xatomic.CacheLine; start += 8 {
			line := func(offset uintptr) uintptr { return (start + offset) / xatomic.CacheLine }
			if line(holder[1]) >= line(shared[0]) {
				t.Errorf("%v at %d: holder and returns share a line", typ, start)
			}
			if line(shared[1]) >= line(typ.Size()) {
				t.Errorf("%v at %d: returns share a line with what comes after", typ, start)
			}
		}
	}
}

//go:build edges

package edges

import "unsafe"

// The linker puts these two at both ends of the counters, by their names.
//
//go:linkname first internal/fuzz._counters
//go:linkname last internal/fuzz._ecounters
var first, last [0]byte

// counters returns the process's counters.
func counters() []byte {
	n := uintptr(unsafe.Pointer(&last)) - uintptr(unsafe.Pointer(&first))
	return unsafe.Slice((*byte)(unsafe.Pointer(&first)), int(n))
}

// The compiler has each comparison reported too, to functions that package
// internal/fuzz has in a test binary. Nobody needs to know here.
//
//go:linkname compare1 runtime.libfuzzerTraceCmp1
//go:linkname compare2 runtime.libfuzzerTraceCmp2
//go:linkname compare4 runtime.libfuzzerTraceCmp4
//go:linkname compare8 runtime.libfuzzerTraceCmp8
//go:linkname constant1 runtime.libfuzzerTraceConstCmp1
//go:linkname constant2 runtime.libfuzzerTraceConstCmp2
//go:linkname constant4 runtime.libfuzzerTraceConstCmp4
//go:linkname constant8 runtime.libfuzzerTraceConstCmp8
//go:linkname text runtime.libfuzzerHookStrCmp
//go:linkname fold runtime.libfuzzerHookEqualFold

func compare1(a, b uint8, pc uint)   {}
func compare2(a, b uint16, pc uint)  {}
func compare4(a, b uint32, pc uint)  {}
func compare8(a, b uint64, pc uint)  {}
func constant1(a, b uint8, pc uint)  {}
func constant2(a, b uint16, pc uint) {}
func constant4(a, b uint32, pc uint) {}
func constant8(a, b uint64, pc uint) {}
func text(a, b string, pc uint)      {}
func fold(a, b string, pc uint)      {}

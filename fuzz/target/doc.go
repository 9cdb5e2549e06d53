// Package target runs fuzzing programs on the real scheduler core over the
// device mock, with the invariants watched from outside, and gives the engines
// their entry points: go-fuzz, Go's own fuzzing, and a replay of saved
// programs. It refuses to search: what to run next is the engines' business.
//
// One bug is one crasher: whatever goes wrong, in the oracle or by a panic of
// the core, is caught and raised again from one function with a text that is
// the same for each occurrence, rule/operation/hash of the core's functions on
// the stack. The values and the program go to standard error.
//
// # Entry points
//
//   - FuzzSystem: a program (package prog) on schedulers and device.
//   - FuzzWsim: the parser of workload files, and its printer.
//
// Functions of these names over []byte are go-fuzz's, under its build tags;
// those over *testing.F are Go's, in package target_test, since the names
// collide.
//
// Crashers of go-fuzz and Go's corpus files are the same bytes; a saved program
// is text, in fuzz/testdata, which TestReplay runs.
package target

// go-fuzz-build loads this through the module of what it instruments.
import _ "github.com/dvyukov/go-fuzz/go-fuzz-dep"

// Package target runs fuzzing programs on the real scheduler core, with the
// invariants watched from outside and the reference model in lockstep, and gives
// the engines their entry points: go-fuzz, Go's own fuzzing, libFuzzer, and a
// replay of saved programs. It refuses to search: what to run next is the
// engines' business.
//
// A program goes through Run, which returns a Result with a Finding or none;
// Minimise makes a finding's program small, and Trace says what happens. Every
// run ends by healing: all is started again, the hardware made finite, every
// fence signalled, entities and schedulers torn down; then each job must have
// ended. What is not held against the core is counted by name (Exemption). The
// histories of one program in DeepEvery are compared with those of other runs and
// of equivalent configurations; replays compare them always.
//
// One bug is one crasher: whatever goes wrong, in the oracle or by a panic of
// the core, is caught and raised again from one function (Die) with a text that
// is the same for each occurrence, rule/operation/hash of the core's functions
// on the stack. The values and the program go to standard error.
//
// # Entry points
//
//   - FuzzSystem: a program (package prog) on the machine that it names.
//   - FuzzCore: a program on the scheduler and in-order engines alone.
//   - FuzzSpsc, FuzzCredit, FuzzFence: operations on one part of the core.
//   - FuzzWsim, FuzzProfile, FuzzProgram, FuzzTimeline: the parsers.
//
// Functions of these names over []byte are go-fuzz's, under its build tags;
// those over *testing.F are Go's, in package target_test, since the names
// collide; command libfuzzer has libFuzzer's. go-fuzz
// and libFuzzer keep inputs as they are; Native and FromNative convert them for
// Go's fuzzing. A saved program is text, in
// fuzz/testdata, which TestReplay runs.
package target

// go-fuzz-build loads this through the module of what it instruments.
import _ "github.com/dvyukov/go-fuzz/go-fuzz-dep"

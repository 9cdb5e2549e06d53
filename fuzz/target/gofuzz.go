//go:build gofuzz || gofuzz_libfuzzer

package target

import (
	"os"

	"credence/fuzz/prog"
)

// What go-fuzz wants to hear of an input.
const (
	dull        = 0
	interesting = 1 // mutate it more
)

// FuzzSystem runs the program that data stands for.
func FuzzSystem(data []byte) int {
	r := Run(prog.Decode(data))
	if r.Failure != nil {
		die(r.Failure)
	}
	if r.Completed > 0 {
		return interesting
	}
	return dull
}

// FuzzWsim parses data as a workload file.
func FuzzWsim(data []byte) int {
	ok, f := Wsim(data)
	if f != nil {
		die(f)
	}
	if ok {
		return interesting
	}
	return dull
}

// die ends the process with f. Whatever failed, it panics here, with the class
// as its text: go-fuzz tells crashers apart by the text and the stack.
//
//go:noinline
func die(f *Failure) {
	os.Stderr.WriteString(f.String())
	panic(f.Class)
}

package target

import "os"

// Die ends the process with f. Whatever failed, it panics here, with the class
// as its text: engines tell crashers apart by the text and the stack.
//
//go:noinline
func Die(f *Finding) {
	os.Stderr.WriteString(f.String())
	panic(f.Class)
}

package workload

import "fmt"

// SyntaxError is what is wrong with a file: it is not wsim text, or its steps
// contradict each other.
type SyntaxError struct {
	File string
	Line int    // from 1
	Msg  string // what is wrong; what to do
}

// Error returns "file:line: what is wrong; what to do".
func (e *SyntaxError) Error() string {
	return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Msg)
}

// UnsupportedError is a step of a well-formed file that cannot be executed, in
// general or on the device.
type UnsupportedError struct {
	File string
	Line int    // from 1
	Msg  string // what cannot be done; what to do
}

// Error returns "file:line: what cannot be done; what to do".
func (e *UnsupportedError) Error() string {
	return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Msg)
}

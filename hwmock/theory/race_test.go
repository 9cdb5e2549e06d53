//go:build race

package theory

// race tells that the race detector takes its time. Everything here runs on one
// goroutine, so little is lost if tests do less.
const race = true

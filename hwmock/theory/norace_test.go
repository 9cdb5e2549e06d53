//go:build !race

package theory

// race tells that the race detector takes its time.
const race = false

//go:build race

package spsc_test

// items is what passes through a queue in a test with two goroutines; the race
// detector takes its time.
const items = 100_000

//go:build !race

package spsc_test

// items is what passes through a queue in a test with two goroutines.
const items = 1_000_000

package main

import (
	"os"
	"testing"
	"time"
)

// TestMain lets the ends of a test sleep where those of a measurement spin on:
// tests check the order of items, on processors that other tests use too. The
// limit is still above what an end waits for when the other one runs.
func TestMain(m *testing.M) {
	spinLimit = 1 << 11
	yield = func() { time.Sleep(10 * time.Microsecond) }
	os.Exit(m.Run())
}

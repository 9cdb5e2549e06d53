//go:build !linux

package main

import "runtime"

// canPin reports whether pinThread keeps a goroutine on one processor here.
const canPin = false

// pinThread does nothing: this system has no call for it that Go offers. The
// report says that the threads were not pinned.
func pinThread(int) error { return nil }

// allowedCPUs returns the processors that this process may run on, in order.
func allowedCPUs() ([]int, error) {
	cpus := make([]int, runtime.NumCPU())
	for i := range cpus {
		cpus[i] = i
	}
	return cpus, nil
}

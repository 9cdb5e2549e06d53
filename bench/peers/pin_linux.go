package main

import (
	"fmt"
	"runtime"

	"golang.org/x/sys/unix"
)

// canPin reports whether pinThread keeps a goroutine on one processor here.
const canPin = true

// pinThread ties the calling goroutine to its thread and the thread to the
// processor cpu. The goroutine never lets go of the thread, which therefore
// ends with it.
func pinThread(cpu int) error {
	runtime.LockOSThread()
	var set unix.CPUSet
	set.Set(cpu)
	if err := unix.SchedSetaffinity(0, &set); err != nil {
		return fmt.Errorf("pinning a thread to processor %d: %w", cpu, err)
	}
	return nil
}

// allowedCPUs returns the processors that this process may run on, in order.
func allowedCPUs() ([]int, error) {
	var set unix.CPUSet
	if err := unix.SchedGetaffinity(0, &set); err != nil {
		return nil, fmt.Errorf("asking for the allowed processors: %w", err)
	}
	var cpus []int
	for cpu := range len(set) * 64 {
		if set.IsSet(cpu) {
			cpus = append(cpus, cpu)
		}
	}
	return cpus, nil
}

package micro_test

import "runtime"

// patience is how often a goroutine looks again before it lets others run.
const patience = 256

// pause is called with the number of looks in vain so far and returns the next.
// It yields now and then, so that two goroutines on one processor end too.
func pause(looks int) int {
	if looks < patience {
		return looks + 1
	}
	runtime.Gosched()
	return 0
}

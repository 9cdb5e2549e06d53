package suite

import (
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Bounds of a raw round trip between two threads, in nanoseconds. A hypervisor
// moves virtual processors between cores of one cache cluster and of several
// within seconds, and everything that crosses between two threads gets slower or
// faster with it by a factor of four. They lie in the gaps between the clusters of
// 4158 samples on a two-processor KVM guest of a Zen server: 45-65 ns, 120-150 ns
// and 525-600 ns. bench/peers has the same bounds.
const (
	smtBelow = 90
	nearUpTo = 260
	farFrom  = 400
	farUpTo  = 1200
)

// Regime names how far apart two processors were, from the round trips right
// before and right after a sample: "smt", "near" or "far", or "mixed" if they lie
// in different bands or between them. The names are an interpretation (same core,
// same cluster, other cluster); what is measured is only the round trip.
func Regime(before, after time.Duration) string {
	if b := band(before); b == band(after) {
		return b
	}
	return "mixed"
}

func band(rtt time.Duration) string {
	switch ns := rtt.Nanoseconds(); {
	case ns > 0 && ns < smtBelow:
		return "smt"
	case ns >= smtBelow && ns <= nearUpTo:
		return "near"
	case ns >= farFrom && ns <= farUpTo:
		return "far"
	}
	return "mixed"
}

// Round trips of a measurement: the median over chunks, so that an interruption
// spoils one of them.
const (
	pingChunks = 9
	chunkTrips = 256
)

// PingPong measures the round trip between two threads that write a word each and
// poll the other's. It blocks for about a millisecond and keeps two processors
// busy. With one processor it returns 0: there is nothing to cross.
func PingPong() time.Duration {
	if runtime.GOMAXPROCS(0) < 2 || runtime.NumCPU() < 2 {
		return 0
	}
	type word struct {
		atomic.Uint64
		_ [120]byte // two lines: the neighbour is fetched too
	}
	var ping, pong word
	var answer sync.WaitGroup
	answer.Go(func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		for n := uint64(1); n <= pingChunks*chunkTrips; n++ {
			for looks := 0; ping.Load() != n; looks++ {
				giveUp(looks)
			}
			pong.Store(n)
		}
	})
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	took := make([]time.Duration, pingChunks)
	n := uint64(0)
	start := time.Now()
	for c := range took {
		for range chunkTrips {
			n++
			ping.Store(n)
			for looks := 0; pong.Load() != n; looks++ {
				giveUp(looks)
			}
		}
		end := time.Now()
		took[c] = end.Sub(start) / chunkTrips
		start = end
	}
	answer.Wait()
	slices.Sort(took)
	return took[pingChunks/2]
}

// giveUp lets others run after many looks in vain: both threads may share a
// processor for a while.
func giveUp(looks int) {
	if looks&(1<<16-1) == 1<<16-1 {
		runtime.Gosched()
	}
}

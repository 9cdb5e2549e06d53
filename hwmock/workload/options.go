package workload

import (
	"fmt"
	"math"

	"credence/core/fence"
)

// Limits of Options.
const (
	MaxClients = 4096
	MaxScale   = 1e6
)

// Options are what gem_wsim takes on its command line. The zero value runs one
// client, unscaled, until the host stops.
type Options struct {
	// Seed determines every random duration, together with the client's index
	// (-I). Each client has a PCG of its own.
	Seed uint64
	// SameSequence lets all clients draw the same durations (-S).
	SameSequence bool
	// DurationScale multiplies durations of batches (-f), DelayScale those of d
	// steps (-F); neither touches periods. 0 means 1; at most MaxScale. Results
	// are rounded to nanoseconds, batches take at least one.
	DurationScale, DelayScale float64
	// Repeats is how often each client runs the file (-r), then it waits for its
	// batches and is finished; 0 is without end.
	Repeats int64
	// Clients is the number of clones (-c), 0 meaning 1, at most MaxClients. They
	// share the working sets that W declares, and nothing else.
	Clients int
	// FirstIndex is the index of the first clone. Groups of one run are given
	// different ones, so that their clients draw different durations.
	FirstIndex int
}

// normalize fills in defaults and refuses values out of range.
func (o *Options) normalize() error {
	if o.Clients == 0 {
		o.Clients = 1
	}
	if o.DurationScale == 0 {
		o.DurationScale = 1
	}
	if o.DelayScale == 0 {
		o.DelayScale = 1
	}
	switch {
	case o.Clients < 0 || o.Clients > MaxClients:
		return fmt.Errorf("workload: %d clients; give 1 to %d", o.Clients, MaxClients)
	case o.FirstIndex < 0 || o.FirstIndex > math.MaxInt32:
		return fmt.Errorf("workload: first client index %d; give 0 to %d", o.FirstIndex,
			math.MaxInt32)
	case o.Repeats < 0:
		return fmt.Errorf("workload: %d repeats; give 0 for no end, or more", o.Repeats)
	}
	for _, s := range []float64{o.DurationScale, o.DelayScale} {
		if !(s > 0 && s <= MaxScale) {
			return fmt.Errorf("workload: scale %v; give a factor above 0, up to %v", s,
				float64(MaxScale))
		}
	}
	return nil
}

// scaled returns the span of us microseconds times factor, in nanoseconds. With
// the limits on both it stays below 2^62.
func scaled(us int64, factor float64) fence.Duration {
	return fence.Duration(math.Round(float64(us*int64(fence.Microsecond)) * factor))
}

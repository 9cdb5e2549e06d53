package workload

// Priority is a level of a context, from the least urgent up.
type Priority uint8

// The levels. A context starts at Normal.
const (
	Low Priority = iota
	Normal
	High
	Realtime
	NumPriorities
)

var priorityNames = [NumPriorities]string{"low", "normal", "high", "realtime"}

// String returns the level's name.
func (p Priority) String() string {
	if p >= NumPriorities {
		return "invalid"
	}
	return priorityNames[p]
}

// realtimeValue is the highest priority that i915 grants to users.
const realtimeValue = 1023

// levelOf maps a priority of i915, which P steps give, to a level: below 0 to
// Low, 0 to Normal, 1..1022 to High, 1023 and more to Realtime. These are the
// values that Mesa asks of i915 for its levels: -512, 0, 512 and 1023. What
// lies beyond -1023..1023 is clamped to the outer levels, where i915 would
// refuse it.
func levelOf(value int64) Priority {
	switch {
	case value < 0:
		return Low
	case value == 0:
		return Normal
	case value < realtimeValue:
		return High
	}
	return Realtime
}

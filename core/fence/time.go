package fence

// Time is an instant in nanoseconds since the start of the executor's clock,
// virtual or monotonic. The core never reads a clock: instants come in as
// values.
type Time int64

// Duration is a span in nanoseconds.
type Duration int64

// Spans as integers of nanoseconds.
const (
	Nanosecond  Duration = 1
	Microsecond          = 1000 * Nanosecond
	Millisecond          = 1000 * Microsecond
	Second               = 1000 * Millisecond
)

// Never is later than any instant that occurs.
const Never Time = 1<<63 - 1

// Add returns the instant d after t; it stays at Never instead of wrapping.
func (t Time) Add(d Duration) Time {
	if s := t + Time(d); d <= 0 || s >= t {
		return s
	}
	return Never
}

// Sub returns the span from u to t.
func (t Time) Sub(u Time) Duration { return Duration(t - u) }

package workload

import "credence/core/fence"

// Metrics are what a client counts itself.
type Metrics struct {
	// Iterations is how often the client reached the end of the file; batches
	// that nothing waited for may still run.
	Iterations int64
	// Missed counts the p steps that came too late to sleep.
	Missed int64
	// Batches counts the batches that the host accepted.
	Batches int64
	// FirstEnd and LastEnd are when the first and the last iteration ended;
	// fence.Never before the first.
	FirstEnd, LastEnd fence.Time
	// Min, Max and Total are of the time that iterations took: from the start to
	// each p step, which sleeps the rest, or to the end in a file without. Samples
	// is how many there are; the others are 0 before the first.
	Min, Max, Total fence.Duration
	Samples         int64
}

// sample records the time of an iteration.
func (m *Metrics) sample(d fence.Duration) {
	if m.Samples == 0 || d < m.Min {
		m.Min = d
	}
	m.Max = max(m.Max, d)
	m.Total += d
	m.Samples++
}

// iterated records the end of an iteration.
func (m *Metrics) iterated(now fence.Time) {
	if m.Iterations == 0 {
		m.FirstEnd = now
	}
	m.LastEnd = now
	m.Iterations++
}

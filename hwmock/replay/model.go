package replay

import (
	"fmt"
	"time"

	"credence/core/fence"
)

// Model is what a fit found: the constants of a replay.
type Model struct {
	Jobs    int // that it was fitted to
	Classes []ClassModel
	// Finish is from the completion that makes room on the ring until the job
	// that waits for it is given to the hardware.
	Finish fence.Duration
	// worker is the processor that gives a ring's jobs to the hardware.
	worker map[string]int16
	// rest is for classes that were not fitted.
	rest ClassModel
}

// ClassModel is the constants of a class.
type ClassModel struct {
	Class Class
	Jobs  int // that they were fitted to
	// Wake is from the submission until the job is given to the hardware, if that
	// has room: if the submitting thread is on another processor than the worker,
	// or nobody knows, and if it is on the same.
	Wake, WakeSame fence.Duration
	// Duration is for how long the engine works, at the mean of Quiet.
	Duration fence.Duration
	Quiet    Slope
}

// Slope is how much longer a job takes that is alone for longer: Rate per unit
// of Job.Quiet, counted from Mean, and no further than from Low to High.
type Slope struct {
	Rate            float64
	Mean, Low, High fence.Duration
}

// of returns what the slope adds for a job that is expected to take d.
func (s *Slope) of(j *Job, d fence.Duration) fence.Duration {
	if s.Rate == 0 || j.Quiet >= d {
		return 0
	}
	return fence.Duration(s.Rate * float64(min(max(j.Quiet, s.Low), s.High)-s.Mean))
}

// duration returns for how long an engine works on j.
func (c *ClassModel) duration(j *Job) fence.Duration {
	return max(1, c.Duration+c.Quiet.of(j, c.Duration))
}

// class returns the constants of a class.
func (m *Model) class(c Class) *ClassModel {
	for i := range m.Classes {
		if m.Classes[i].Class == c {
			return &m.Classes[i]
		}
	}
	return &m.rest
}

// Knows reports whether the class was in the part that the model was fitted to.
func (m *Model) Knows(c Class) bool { return m.class(c) != &m.rest }

// onWorker reports whether a job was submitted on the processor that gives its
// ring's jobs to the hardware, as far as that was recorded.
func (m *Model) onWorker(in *Input, job int) bool {
	j := &in.Jobs[job]
	w, ok := m.worker[in.Rings[j.Ring]]
	return ok && j.CPU == w
}

// String returns the constants, a line a class.
func (m *Model) String() string {
	s := ""
	for i := range m.Classes {
		c := &m.Classes[i]
		s += fmt.Sprintf("%s: %d jobs, wake %s", c.Class, c.Jobs, micros(c.Wake))
		if c.WakeSame != c.Wake {
			s += fmt.Sprintf(" (%s from the worker's processor)", micros(c.WakeSame))
		}
		s += fmt.Sprintf(", execution %s", micros(c.Duration))
		if q := &c.Quiet; q.Rate != 0 {
			s += fmt.Sprintf(" %+.1f us for each 100 us that it is alone beyond %s", q.Rate*100,
				micros(q.Mean))
		}
		s += "\n"
	}
	return s + fmt.Sprintf("completion to run of a job that waits: %s\n", micros(m.Finish))
}

// micros returns a duration in microseconds with one decimal.
func micros(d fence.Duration) string {
	return fmt.Sprintf("%.1f us", float64(d)/float64(time.Microsecond))
}

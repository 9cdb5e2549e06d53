package target

import (
	"math/bits"
	"slices"

	"credence/core/fence"
	"credence/fuzz/oracle"
	"credence/fuzz/prog"
	"credence/hwmock/device"
)

// compose writes the job's commands and returns the job for which its first one
// waits by a barrier, if any.
func (m *machine) compose(s *slot) (other *oracle.Job) {
	n := int(device.NumKinds) // as many barriers at most
	for _, x := range s.spec.Commands {
		n += int(x)
	}
	list := slices.Grow(s.job.Commands[:0], n)
	last := device.NumKinds // with work
	for k := range device.NumKinds {
		if s.spec.Commands[k] == 0 {
			continue
		}
		if last != device.NumKinds {
			if s.spec.Barriers&ownBarrier[k] != 0 {
				list = append(list, device.Command{Kind: k, AfterKind: last})
			}
		} else if x := m.barrierJob(&s.spec); x != nil {
			list = append(list, device.Command{
				Kind: k, After: &x.job, AfterGen: x.job.Gen(), AfterKind: x.lastKind(),
			})
			other = x.model
		}
		for range s.spec.Commands[k] {
			list = append(list, device.Command{
				Kind: k, Engines: engines[m.program.Device.Profile][k],
				Duration: fence.Duration(s.spec.Micros) * fence.Microsecond,
			})
		}
		last = k
	}
	s.job.Commands = list
	return other
}

// least returns how long the engines need for a job of the device: they work on different
// kinds at the same time unless a barrier is between them.
func (m *machine) least(j *prog.Job) (l oracle.Least) {
	var chain fence.Duration // of commands that wait for each other
	first := true
	for k, n := range j.Commands {
		if n == 0 {
			continue
		}
		width := bits.OnesCount64(engines[m.program.Device.Profile][k])
		rounds := (int(n) + width - 1) / width
		l.Last = fence.Duration(rounds*int(j.Micros)) * fence.Microsecond
		if chain > 0 && j.Barriers&ownBarrier[k] == 0 {
			chain, first = 0, false
		}
		chain += l.Last
		l.All = max(l.All, chain)
		if first {
			l.First = chain
		}
	}
	return l
}

// ownBarrier is what makes a firmware queue's work wait for the job's own in an
// earlier one.
var ownBarrier = [device.NumKinds]prog.Barriers{
	device.Fragment: prog.VertexFragment, device.Compute: prog.FragmentCompute,
}

// barrierJob returns the first job among the dependencies, if it lives and the
// hardware is to wait for it.
func (m *machine) barrierJob(j *prog.Job) *slot {
	if j.Barriers&prog.OtherJob == 0 {
		return nil
	}
	for _, d := range j.Deps {
		if d.Kind == prog.OnFinished || d.Kind == prog.OnScheduled {
			if x := m.jobs[d.Target]; x != nil && x.pushed {
				return x
			}
			return nil
		}
	}
	return nil
}

// lastKind returns the firmware queue of the job's last work.
func (s *slot) lastKind() (last device.Kind) {
	for k := range device.NumKinds {
		if s.spec.Commands[k] > 0 {
			last = k
		}
	}
	return last
}

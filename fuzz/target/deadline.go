package target

import (
	"credence/core/fence"
	"credence/core/invariant"
)

// deadline hints that somebody wants a job by then, if it has not finished.
func (m *machine) deadline(s *slot, d fence.Duration) bool {
	if s == nil || s.finished == nil || s.finished.Signaled() {
		return false
	}
	at := m.events.Now().Add(d)
	m.hints++
	s.wanted = min(s.wanted, at)
	s.finished.SetDeadline(at)
	return true
}

// SetDeadline notes by when somebody wants the hardware to be done with the job.
func (s *slot) SetDeadline(f *fence.Fence, at fence.Time) {
	if f != s.flying || at > s.told {
		breaks(invariant.I9, "job %d: a fence that is told of %d, and was told of %d", s.job.ID, at, s.told)
	}
	s.told = at
}

// hinted holds that the hardware has been told what is wanted of the jobs pending on
// a scheduler of which no item is queued.
func (m *machine) hinted(id int) {
	if m.hints == 0 || m.scheds[id].down {
		return
	}
	for j := range m.scheds[id].Pending {
		if s := m.backend.slotOf(j); s.flying == &s.hw.Fence && s.told != s.wanted {
			breaks(invariant.I9, "job %d is wanted by %d, and its hardware fence was told of %d", s.job.ID,
				s.wanted, s.told)
		}
	}
}

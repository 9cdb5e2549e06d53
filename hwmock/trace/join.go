package trace

import "credence/core/fence"

// MaxGap is how long after the last submission of one trace the first of another
// may come for the other to continue it.
const MaxGap = fence.Second

// Continues reports whether t was recorded right after a, on the same clock: its
// submissions are later, the first by no more than MaxGap, and its fences' sequence
// numbers go on in the contexts that both have, of which there is one at least.
func (t *Trace) Continues(a *Trace) bool {
	end, start := NotRecorded, NotRecorded
	last := map[uint64]uint64{} // sequence number by context
	for i := range a.Jobs {
		j := &a.Jobs[i]
		end = max(end, j.Submit)
		if !j.Done.IsPointer() {
			last[j.Done.Context] = max(last[j.Done.Context], j.Done.Seqno)
		}
	}
	both := false
	for i := range t.Jobs {
		j := &t.Jobs[i]
		if j.Submit == NotRecorded {
			continue
		}
		if start == NotRecorded {
			start = j.Submit
		}
		seqno, ok := last[j.Done.Context]
		if ok && j.Done.Seqno <= seqno {
			return false
		}
		both = both || ok
	}
	return both && end != NotRecorded && start >= end && start.Sub(end) <= MaxGap
}

// Join returns the jobs of a and then those of b, under b's name. Requires:
// b.Continues(a).
func Join(a, b *Trace) *Trace {
	j := *b
	j.Jobs = append(append([]Job(nil), a.Jobs...), b.Jobs...)
	return &j
}

package fence_test

import (
	"testing"

	"credence/core/fence"
)

// hinted is an owner that takes hints.
type hinted struct {
	told
	fence *fence.Fence
	at    fence.Time
}

func (h *hinted) SetDeadline(f *fence.Fence, at fence.Time) { h.fence, h.at = f, at }

// TestSetDeadlineGoesToTheOwner that takes it, while there is something to wait
// for, and to nobody else.
func TestSetDeadlineGoesToTheOwner(t *testing.T) {
	var h hinted
	var p fence.Pair
	p.Init(1, 1, &h, 1)
	p.Scheduled.SetDeadline(30)
	if h.fence != &p.Scheduled || h.at != 30 {
		t.Errorf("told %p, %d", h.fence, h.at)
	}
	p.Scheduled.Signal()
	p.Scheduled.SetDeadline(20)
	if h.at != 30 {
		t.Error("told of a signalled fence")
	}
	p.Finished.SetDeadline(10)
	if h.fence != &p.Finished || h.at != 10 {
		t.Errorf("told %p, %d", h.fence, h.at)
	}
	for _, o := range []fence.Owner{nil, &told{}} {
		var f fence.Single
		f.Init(1, 1, o)
		f.SetDeadline(5) // nobody takes it
	}
}

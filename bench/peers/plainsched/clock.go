package plainsched

import (
	"time"

	"credence/core/fence"
)

// Clock is the time that a scheduler lives in.
type Clock interface {
	// Now returns the time. Any goroutine.
	Now() Time
	// AfterFunc has f called once, d from now.
	AfterFunc(d Duration, f func()) Timer
	// Wait blocks until changed is closed or the deadline has come, and reports
	// whether it was closed.
	Wait(changed <-chan struct{}, deadline Time) bool
}

// Timer is a call that AfterFunc promised.
type Timer interface {
	// Stop takes it back.
	Stop()
	// Reset puts it off, or sets it anew, to d from now.
	Reset(d Duration)
}

// SystemClock is the machine's monotonic clock.
type SystemClock struct{}

var epoch = time.Now()

// Now returns the time since the process started.
func (SystemClock) Now() Time { return Time(time.Since(epoch)) }

// AfterFunc is time.AfterFunc.
func (SystemClock) AfterFunc(d Duration, f func()) Timer {
	return systemTimer{time.AfterFunc(time.Duration(d), f)}
}

type systemTimer struct{ t *time.Timer }

func (t systemTimer) Stop()            { t.t.Stop() }
func (t systemTimer) Reset(d Duration) { t.t.Reset(time.Duration(d)) }

// Wait blocks on the channel and a timer.
func (c SystemClock) Wait(changed <-chan struct{}, deadline Time) bool {
	if deadline == fence.Never {
		<-changed
		return true
	}
	t := time.NewTimer(time.Duration(deadline.Sub(c.Now())))
	defer t.Stop()
	select {
	case <-changed:
		return true
	case <-t.C:
		return false
	}
}

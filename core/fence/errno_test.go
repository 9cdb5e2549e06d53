package fence_test

import (
	"errors"
	"fmt"
	"testing"

	"credence/core/fence"
)

// The numbers are the generic ones of Linux: errno-base.h and errno.h.
func TestErrnoNamesAndNumbers(t *testing.T) {
	for _, c := range []struct {
		e    fence.Errno
		n    int
		name string
	}{
		{fence.OK, 0, "ok"}, {fence.ENOENT, 2, "ENOENT"}, {fence.ESRCH, 3, "ESRCH"},
		{fence.EIO, 5, "EIO"}, {fence.ENODEV, 19, "ENODEV"}, {fence.EINVAL, 22, "EINVAL"},
		{fence.ENODATA, 61, "ENODATA"}, {fence.ETIME, 62, "ETIME"},
		{fence.ETIMEDOUT, 110, "ETIMEDOUT"}, {fence.ECANCELED, 125, "ECANCELED"},
		{1, 1, "errno 1"}, {fence.MaxErrno, 4095, "errno 4095"},
	} {
		if int(c.e) != c.n || c.e.Error() != c.name {
			t.Errorf("%d %q, want %d %q", int(c.e), c.e.Error(), c.n, c.name)
		}
	}
}

func TestErrnoIsAnError(t *testing.T) {
	err := fmt.Errorf("job 3: %w", fence.ETIME)
	if !errors.Is(err, fence.ETIME) || errors.Is(err, fence.ETIMEDOUT) {
		t.Errorf("%v is not recognised", err)
	}
}

// Every number that a fence can carry comes back as it went in, and touches
// neither the references nor the other fence.
func TestFenceCarriesEveryErrno(t *testing.T) {
	for e := range fence.MaxErrno + 1 {
		var p fence.Pair
		p.Init(1, 1, nil, 2)
		p.Finished.SetError(fence.MaxErrno)
		p.Finished.SetError(e)
		if p.Finished.Err() != e {
			t.Fatalf("set %d, carries %d", uint16(e), uint16(p.Finished.Err()))
		}
		p.Finished.SignalPut(e)
		if p.Finished.Err() != e || p.Finished.Refs() != 1 || p.Scheduled.Signaled() {
			t.Fatalf("error %d: carries %d, %d references, scheduled signalled %t", uint16(e),
				uint16(p.Finished.Err()), p.Finished.Refs(), p.Scheduled.Signaled())
		}
	}
}

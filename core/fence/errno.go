package fence

import (
	"fmt"
	"strconv"
)

// Errno is how a fence ended: 0 for success, otherwise a positive error number
// of at most MaxErrno. The numbers are Linux's, so that a kernel reader and a
// recorded trace mean the same by them.
type Errno uint16

// MaxErrno is the largest error number that a fence carries.
const MaxErrno Errno = 1<<errBits - 1

// The error numbers that the scheduler and its devices use.
const (
	OK        Errno = 0
	ENOENT    Errno = 2
	ESRCH     Errno = 3 // the entity was killed before the job ran
	EIO       Errno = 5
	EBUSY     Errno = 16
	ENODEV    Errno = 19
	EINVAL    Errno = 22
	ENODATA   Errno = 61
	ETIME     Errno = 62
	ETIMEDOUT Errno = 110
	ECANCELED Errno = 125
)

var errnoNames = [...]struct {
	e    Errno
	name string
}{
	{ENOENT, "ENOENT"}, {ESRCH, "ESRCH"}, {EIO, "EIO"}, {EBUSY, "EBUSY"}, {ENODEV, "ENODEV"},
	{EINVAL, "EINVAL"}, {ENODATA, "ENODATA"}, {ETIME, "ETIME"},
	{ETIMEDOUT, "ETIMEDOUT"}, {ECANCELED, "ECANCELED"},
}

// bits returns e in its place in a fence's word.
func (e Errno) bits() uint64 {
	if e > MaxErrno {
		// Cut to size it could read as success.
		panic(fmt.Sprintf("fence: error number %d above %d", uint16(e), uint16(MaxErrno)))
	}
	return uint64(e) << errShift
}

// Error returns the name, or "errno N" for a number without one.
func (e Errno) Error() string {
	if e == OK {
		return "ok"
	}
	for _, n := range errnoNames {
		if n.e == e {
			return n.name
		}
	}
	return "errno " + strconv.Itoa(int(e))
}

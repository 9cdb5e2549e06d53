package credit_test

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"credence/core/credit"
	"credence/core/invariant"
)

// seed returns the seed of a random test, from CREDENCE_SEED if that is set.
func seed(t *testing.T) uint64 {
	t.Helper()
	s := uint64(1)
	if v, err := strconv.ParseUint(os.Getenv("CREDENCE_SEED"), 0, 64); err == nil {
		s = v
	}
	t.Logf("reproduce with CREDENCE_SEED=%d", s)
	return s
}

// message runs f and returns the text of its panic, or "" if there is none.
func message(f func()) (msg string) {
	defer func() {
		if r := recover(); r != nil {
			msg = fmt.Sprint(r)
		}
	}()
	f()
	return ""
}

// panics wants f to panic with exactly this text.
func panics(t *testing.T, want string, f func()) {
	t.Helper()
	if got := message(f); got != want {
		t.Errorf("panic %q, want %q", got, want)
	}
}

// breaksI1 wants f to panic with this text, after the number of the invariant
// where invariants are checked.
func breaksI1(t *testing.T, want string, f func()) {
	t.Helper()
	if invariant.Enabled {
		want = "I1: " + want
	}
	panics(t, want, f)
}

// pack is credit.Pack for amounts that are in range.
func pack(t testing.TB, lanes ...uint32) credit.Vec {
	t.Helper()
	v, err := credit.Pack(lanes...)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// TestErrorsNameTheirPackage wants every sentinel to say where it is from.
func TestErrorsNameTheirPackage(t *testing.T) {
	for _, err := range []error{
		credit.ErrZeroLimit, credit.ErrLimit, credit.ErrLanes, credit.ErrZeroCost, credit.ErrCost,
	} {
		if !strings.HasPrefix(err.Error(), "credit: ") {
			t.Errorf("%q does not name its package", err)
		}
	}
}

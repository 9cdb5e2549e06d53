// Package invariant holds the numbered rules of the scheduler and reports the
// one that broke. Checks are compiled in with any of the build tags invariants,
// gofuzz, gofuzz_libfuzzer and libfuzzer, and cost nothing otherwise: guard
// each with the constant Enabled, so that the compiler drops it together with
// its arguments.
//
//	if invariant.Enabled && taken > limit {
//		invariant.Fail(invariant.I1, "credit: %d taken of %d", taken, limit)
//	}
//
// A Section is the token of a signalling critical section, in which nobody may
// allocate with blocking, wait, or lock a reservation.
//
// Misuse by a caller is not an invariant: that panics in every build.
package invariant

import "fmt"

// ID names a rule. The same numbers stand in the types' documentation, in the
// oracle, in crash signatures and in the catalogue of planted bugs.
type ID uint8

// The rules. "in flight" means taken by a job that was given to the backend and
// has not completed.
const (
	None ID = iota
	I1      // Credits in flight add up to the scheduler's count, between 0 and the limit.
	I2      // Jobs of one entity run in push order.
	I3      // scheduled signals before finished, and the parent is visible before scheduled.
	I4      // Each pushed job ends exactly once, and is freed only after finished.
	I5      // Nothing touches an object after its last reference is dropped.
	I6      // A job runs only when its dependencies are met.
	I7      // At most one scheduler has unfinished jobs of an entity.
	I8      // A job is on at most one of: entity queue, pending list, handler.
	I9      // finished carries the error of the job's end.
	I10     // Nothing is left at quiescence: fences, statistics, references, score.
	L1      // No lost wake-up: when nothing is queued, nothing is ready and fits.
	L2      // Progress: every pushed job's finished signals.
	L3      // No spin: work items are bounded by the events that cause them.
	S1      // Slots of a device: taken and free ones add up, and each has one owner.
	W1      // Work given to a device is retired, in flight or taken away.
	F1      // FAIR: virtual run times of saturating entities stay together.
	numIDs
)

var names = [numIDs]string{
	"none", "I1", "I2", "I3", "I4", "I5", "I6", "I7", "I8", "I9", "I10", "L1", "L2", "L3", "S1", "W1", "F1",
}

// String returns the rule's name as it stands in reports, such as "I1".
func (id ID) String() string {
	if id >= numIDs {
		return "invalid"
	}
	return names[id]
}

// Violation is what Fail panics with. Its text is the rule and the place, the
// same for every occurrence of one bug; Detail carries the values.
type Violation struct {
	ID     ID
	Detail string
}

// Error returns the rule and the detail.
func (v *Violation) Error() string { return v.ID.String() + ": " + v.Detail }

// Fail panics with a *Violation of id. It allocates: it is never on a path that
// returns.
func Fail(id ID, format string, args ...any) {
	panic(&Violation{ID: id, Detail: fmt.Sprintf(format, args...)})
}

package workload

// Step is one step of a file. Kind says which of the other fields it uses; the
// rest are zero.
type Step struct {
	Kind  Kind
	Line  int // line of the file, from 1
	Index int // index among the steps, from 0

	// Context is the number in the file, 0..MaxContexts-1: Batch, Map, Balance,
	// Bond, Priority, Preempt, Slices, Assign.
	Context int
	// Engine is where a Batch runs, or the master of a Bond.
	Engine Engine
	// Engines are those of a Map, or the siblings of a Bond.
	Engines []Engine
	// Span is how long a Batch runs, and a Delay of random length takes.
	Span Span
	// Deps are what a Batch waits for.
	Deps []Dep
	// Wait tells that the client blocks until the Batch is done.
	Wait bool
	// Target is the index of the step that Sync, Signal or Terminate names.
	Target int
	// Value is: Delay, Period, Preempt: microseconds; Throttle: steps;
	// QueueDepth: batches; Priority: i915's priority; Slices: mask, -1 for all;
	// VM, Assign: number of the address space.
	Value int64
	// Set is what a WorkingSet declares.
	Set Set
}

// Span is what a duration is drawn from, every time, in microseconds: a range of
// equally likely ones, Min <= Max, both at least 1; or an exponential law, of
// which Min and Max are the mean; or zero with Infinite.
type Span struct {
	Min, Max    int64
	Exponential bool
	Infinite    bool // runs until a Terminate step names it
}

// DepKind is how a batch depends on something.
type DepKind uint8

// The kinds of dependencies, with their form in the file.
const (
	DepData   DepKind = iota // -K: reads what the batch K steps before wrote
	DepFence                 // f-K: starts when that batch or software fence is done
	DepSubmit                // s-K: starts when that batch starts
	DepRead                  // rW-O or rW-O-O: reads objects of a working set
	DepWrite                 // wW-O or wW-O-O: writes objects of a working set
	numDepKinds
)

// Dep is one dependency of a batch.
type Dep struct {
	Kind DepKind
	// Target is the index of the step that Data, Fence and Submit name.
	Target int
	// Set is the number of the working set, and First..Last its objects, both
	// included: Read, Write.
	Set, First, Last int
}

// Set is a declared working set.
type Set struct {
	ID     int  // 0..MaxWorkingSets-1
	Shared bool // clones of the client have it in common
	Sizes  []Size
}

// Size is a run of objects, each of Min..Max bytes.
type Size struct {
	Count    int
	Min, Max int64
}

// Objects returns the number of objects of the set.
func (s *Set) Objects() int {
	n := 0
	for _, z := range s.Sizes {
		n += z.Count
	}
	return n
}

package workload

// Limits of a file. A file beyond one of them is refused with the place.
const (
	MaxFileBytes    = 1 << 20       // bytes of a file
	MaxLineBytes    = 1 << 16       // bytes of a line, comment included
	MaxSteps        = 10_000        // steps of a file
	MaxContexts     = 1024          // context numbers are 0..MaxContexts-1
	MaxDeps         = 4096          // dependencies of a batch, before ranges are expanded
	MaxReferences   = 1 << 20       // objects that all batches name, ranges expanded
	MaxWorkingSets  = 1024          // set numbers are 0..MaxWorkingSets-1
	MaxObjects      = 1 << 16       // objects of all working sets of a file
	MaxObjectBytes  = 1 << 44       // size of one object
	MaxMicroseconds = 3_600_000_000 // a duration, delay, period: one hour
	MaxThrottle     = MaxSteps      // steps that t looks back
	MaxQueueDepth   = 4096          // batches that q leaves outstanding on an engine
	MaxInstance     = 64            // engine instances are 1..MaxInstance
	MaxGT           = 15            // graphics tiles are 0..MaxGT
	maxPriority     = 1 << 20       // absolute value; see levelOf
	MaxVMs          = 1024          // numbers of V are 1..MaxVMs
	maxMask         = 1<<31 - 1     // slice masks
	allSlices       = -1            // the mask that means every slice
)

// Kind is what a step does.
type Kind uint8

// The kinds of steps, with their form in the file.
const (
	KindBatch      Kind = iota // ctx.engine.duration.deps.wait
	KindDelay                  // d.us
	KindPeriod                 // p.us
	KindSync                   // s.-K
	KindThrottle               // t.N
	KindQueueDepth             // q.N
	KindSoftFence              // f
	KindSignal                 // a.-K
	KindTerminate              // T.-K
	KindMap                    // M.ctx.engine[|engine]...
	KindBalance                // B.ctx
	KindBond                   // b.ctx.engine[|engine]....master
	KindPriority               // P.ctx.prio
	KindPreempt                // X.ctx.us
	KindSlices                 // S.ctx.mask
	KindWorkingSet             // w.id.size[/size]..., W when clones share it
	KindVM                     // V.id
	KindAssign                 // v.id.ctx
	numKinds
)

// form describes how a kind of step is written.
type form struct {
	letter string // first field; batches have a number there
	usage  string // what messages recommend
	fields int    // number of fields between dots
}

// forms has one entry a kind. KindWorkingSet's letter may be written in either
// case, which says whether clones share the set.
var forms = [numKinds]form{
	KindBatch:      {"", "ctx.engine.duration.deps.wait", 5},
	KindDelay:      {"d", "d.microseconds", 2},
	KindPeriod:     {"p", "p.microseconds", 2},
	KindSync:       {"s", "s.-steps", 2},
	KindThrottle:   {"t", "t.steps", 2},
	KindQueueDepth: {"q", "q.batches", 2},
	KindSoftFence:  {"f", "f", 1},
	KindSignal:     {"a", "a.-steps", 2},
	KindTerminate:  {"T", "T.-steps", 2},
	KindMap:        {"M", "M.ctx.engine|engine", 3},
	KindBalance:    {"B", "B.ctx", 2},
	KindBond:       {"b", "b.ctx.engine|engine.master", 4},
	KindPriority:   {"P", "P.ctx.priority", 3},
	KindPreempt:    {"X", "X.ctx.microseconds", 3},
	KindSlices:     {"S", "S.ctx.mask", 3},
	KindWorkingSet: {"w", "w.id.size/size", 3},
	KindVM:         {"V", "V.id", 2},
	KindAssign:     {"v", "v.id.ctx", 3},
}

// kindOf finds the kind of a step by its first field.
func kindOf(first string) (Kind, bool) {
	if first != "" && first[0] >= '0' && first[0] <= '9' {
		return KindBatch, true
	}
	if first == "W" {
		return KindWorkingSet, true
	}
	for k := KindBatch + 1; k < numKinds; k++ {
		if forms[k].letter == first {
			return k, true
		}
	}
	return 0, false
}

// String returns the kind's form, such as "d.microseconds".
func (k Kind) String() string {
	if k >= numKinds {
		return "invalid"
	}
	return forms[k].usage
}

package workload

import "credence/core/fence"

// Program is a workload compiled for the engines of a device. It does not
// change, and clients share it.
type Program struct {
	name     string
	device   Capabilities
	ops      []op // one a step, same index
	contexts []Context
	batches  int // batch steps
	fences   int // software fences an iteration
	lines    int // timelines: pairs of context and single engine
	local    int // objects of a client: results of batches, then its working sets
	shared   int // objects that clones have in common
	depth    int // largest value of a q step, 0 without
	period   bool
	pinned   bool // some batch is
}

// Context is a queue that the clients of a program use.
type Context struct {
	ID      int       // number in the file
	Engines EngineSet // every engine that a batch of it may run on
	// VM is the address space that the context lives in, by the number that V
	// gives it; 0, the client's own, unless a v step assigns another. Those of
	// different clients are different.
	VM int
}

// Name returns the name of the file.
func (p *Program) Name() string { return p.name }

// Contexts returns the contexts that batches go to, by ascending number: what
// Batch.Context counts. The caller does not change it.
func (p *Program) Contexts() []Context { return p.contexts }

// Line returns the line of the file of step i, as Batch.Step counts.
func (p *Program) Line(i int) int { return int(p.ops[i].line) }

// op is a compiled step.
type op struct {
	kind    Kind
	wait    bool  // batch: block until done
	line    int32 // of the file
	context int32 // batch, priority: index into contexts
	result  int32 // batch: its number among the batches, and object that it writes
	order   int32 // batch: its timeline, noOrder where several engines may run it
	target  int32 // sync, terminate: number of the batch; signal: of the software fence
	before  int32 // number of the batch that is this step or the last before it, cyclic
	level   Priority
	slices  uint32    // slices: mask, 0 for all
	count   int32     // throttle: steps; queue depth: batches
	engines EngineSet // batch
	us      Span      // batch; delay and period have equal ends
	preempt fence.Duration
	uses    []use

	// Of a batch.
	endless bool
	alone   bool      // it names nothing to wait for: its last submission is before it anyway
	pin     bool      // others' engines depend on the one that it gets
	starts  []int32   // numbers of the batches that it starts with
	leader  int32     // the one of these that follow is about
	follow  followers // by engine of the leader: what is left of engines; nil if all
}

// noOrder is the timeline of batches that may finish out of order.
const noOrder = -1

// use is a dependency of a compiled batch.
type use struct {
	kind   useKind
	shared bool // objects of the group, not of the client
	first  int32
	last   int32
}

type useKind uint8

const (
	useRead  useKind = iota // objects first..last
	useWrite                // objects first..last
	useDone                 // the batch that writes object first is done
	useFence                // software fence first
)

// noBatch is where a context has no batch, so that its settings are moot.
const noBatch = -1

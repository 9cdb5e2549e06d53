package sched

// Compat says in what a scheduler behaves as the recorded kernels do where that
// is a defect or a version's habit. The zero value is the correct behaviour.
type Compat struct{ Upstream Upstream }

// Upstream is a set of habits.
type Upstream uint16

// The habits; up to v7.0 and from FAIR on name the two recorded versions.
const (
	// FreeOne frees one job an item (up to v7.0). Ours frees all that are done.
	FreeOne Upstream = 1 << iota
	// StickyPriority makes SetPriority wait for the next arm that chooses a
	// scheduler, hence for ever with one scheduler (up to v7.0). Ours, and FAIR,
	// take it up when the entity gets its next place.
	StickyPriority
	// TeardownStops warns of each entity that is still a member when its
	// scheduler is torn down, and stops it (up to v7.0). Ours leaves entities to
	// their owners, who tear them down first.
	TeardownStops
	// ScoreLeak lets a killed job count against its scheduler for ever.
	ScoreLeak
	// KillNoKick does not look for other work when a kill removes the entity
	// that flow control held up the others for.
	KillNoKick
	// RunBlindly queues a run item after every job that was run and every free
	// item, be there anything to run or not. Ours does so if an entity is ready
	// and its job has room. The difference is what an item costs, and the place
	// of the later item among those of schedulers that share a worker.
	RunBlindly
	// TimeoutPostponed restarts the timeout at every job that is run, so that a
	// stream of new jobs puts off the end of a hung one for ever. Ours restarts
	// it only when the oldest job changes.
	TimeoutPostponed
)

// Upstream70 is how the recorded scheduler of v7.0 behaves (RR, FIFO), and
// UpstreamFair the recorded one with FAIR.
const (
	UpstreamFair = ScoreLeak | KillNoKick | RunBlindly | TimeoutPostponed
	Upstream70   = UpstreamFair | FreeOne | StickyPriority | TeardownStops
)

func (s *Scheduler) upstream(u Upstream) bool { return s.compat&u != 0 }

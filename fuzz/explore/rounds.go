//go:build explore

package explore

import "credence/core/xatomic"

const (
	// maxPeriod is the longest round of a loop, in operations, that is seen.
	maxPeriod = 16
	// roundsPolling, roundsLooking and roundsChanging are how many equal rounds
	// make a loop, before the one that comes back to the same place: of a thread
	// that polls, of one that only looks, and of one that changes words and
	// changes them back.
	roundsPolling  = 2
	roundsLooking  = 3
	roundsChanging = 8
	// roundsTogether make a livelock of several threads.
	roundsTogether = 8

	remembered = maxPeriod * roundsChanging
)

// rounds finds out whether a thread goes round in circles.
type rounds struct {
	looks   []look // the latest operations
	since   int    // those before came before the last Yield
	hold    bool   // Yield has said that there is nothing new
	suspect suspect
	// restless: it is held in a loop that changes words and changes them back.
	restless bool
}

// suspect is what may be a loop: if the thread is at the same place again when it
// has done again operations, it is one.
type suspect struct {
	again, period int
	place         uint64
}

// look is one operation that a thread did.
type look struct {
	sig           uint64
	loc           uint32
	before, after uint32 // the word's version
}

func (r *rounds) reset() {
	r.looks = r.looks[:0]
	r.since, r.hold, r.restless, r.suspect = 0, false, false, suspect{}
}

// note remembers the operation that t has done; after is the word's version now.
func (r *rounds) note(t *thread, old, next uint64, after uint32) {
	if len(r.looks) == 2*remembered {
		copy(r.looks, r.looks[remembered:])
		r.looks = r.looks[:remembered]
		r.since = max(0, r.since-remembered)
		r.suspect = suspect{}
	}
	before := after
	if old != next {
		before--
	}
	sig := uint64(t.op)<<32 ^ uint64(t.loc)<<40 ^ old*0x9e3779b97f4a7c15 ^ next*0xc2b2ae3d27d4eb4f
	r.looks = append(r.looks, look{sig: sig, loc: t.loc, before: before, after: after})
}

// check puts t, which has announced its next operation, to sleep if it polls and
// has seen all that there is to see, and ends the execution if it goes round
// though it should not.
func (r *rounds) check(t *thread) {
	n := len(r.looks)
	r.restless = false
	if r.hold {
		r.hold = false
		t.hold(r.looks[r.since:])
		r.since = n
		return
	}
	if t.e.tells && (t.local != 0 || !t.e.stacks) { // a state that comes again tells
		return
	}
	if n < 4 || n&3 != 0 && !t.Polls && n != r.suspect.again {
		return
	}
	for p := 1; p <= maxPeriod && p < n; p++ {
		if r.looks[n-1].sig == r.looks[n-1-p].sig && r.round(t, p) {
			return
		}
	}
}

// round deals with a loop of p operations, if that is what the latest are: equal
// rounds with equal values, undisturbed, that come back to the same place in the
// code. It reports whether they are.
func (r *rounds) round(t *thread, p int) bool {
	n := len(r.looks)
	need := roundsLooking
	if t.Polls {
		need = roundsPolling
	}
	changes := changing(r.looks[n-p:])
	if changes {
		need = roundsChanging
	}
	if !r.repeats(p, need) || !t.undisturbed(r.looks[n-p*need:]) {
		return false
	}
	s := suspect{again: n + p, period: p, place: t.place()}
	if r.suspect.again != n || r.suspect.period != p || r.suspect.place != s.place {
		if n >= r.suspect.again {
			r.suspect = s
		}
		return false
	}
	if t.Polls {
		t.hold(r.looks[n-p:])
		r.restless = changes
		return true
	}
	t.e.finish(BusyLoop, t.Name+" goes round without sleeping, and nobody changes "+
		t.e.name(r.looks[n-p].loc)+" or anything else that it looks at")
	panic(unwind{})
}

// place is a hash of where t, which runs, is in its code.
func (t *thread) place() (h uint64) {
	var stack [64]uintptr
	for _, pc := range stack[:t.callers(stack[:])] {
		h = mix(h, uint64(pc))
	}
	return h
}

// repeats reports whether the latest operations are need equal rounds of p.
func (r *rounds) repeats(p, need int) bool {
	n := len(r.looks)
	if n < p*need {
		return false
	}
	for i := n - p*(need-1); i < n; i++ {
		if r.looks[i].sig != r.looks[i-p].sig {
			return false
		}
	}
	return true
}

func changing(looks []look) bool {
	for _, l := range looks {
		if l.before != l.after {
			return true
		}
	}
	return false
}

// undisturbed reports whether nobody but t has changed what it looked at, from
// the first of looks until now.
func (t *thread) undisturbed(looks []look) bool {
	for i := range looks {
		version := t.e.locs[looks[i].loc].version
		for j := i + 1; j < len(looks); j++ {
			if looks[j].loc == looks[i].loc {
				version = looks[j].before
				break
			}
		}
		if version != looks[i].after {
			return false
		}
	}
	return true
}

// hold puts t to sleep until somebody changes what it looked at.
func (t *thread) hold(looks []look) {
	e := t.e
	t.waits = t.waits[:0]
	for _, l := range looks {
		if e.locs[l.loc].waiters&t.bit == 0 {
			e.locs[l.loc].waiters |= t.bit
			t.waits = append(t.waits, l.loc)
		}
	}
	e.asleep |= t.bit
	t.retry = true
}

// Yield is xatomic's word of a thread that waits for others by looking again: it
// is held until something changes that it has looked at since its last Yield,
// unless it has changed something itself.
func (e *engine) Yield() {
	e.yield()
	if e.stacks {
		wipe()
	}
}

//go:noinline
func (e *engine) yield() {
	t := e.running
	if t == nil || e.over {
		return
	}
	r := &t.rounds
	looks := r.looks[r.since:]
	if len(looks) > 0 && !changing(looks) && t.undisturbed(looks) {
		r.hold = true
		return // the next operation is held on these
	}
	r.since = len(r.looks)
}

// beginLoop notes that a loop begins here: what was looked at before is no part of
// it.
//
//go:noinline
func (e *engine) beginLoop() { e.running.rounds.since = len(e.running.rounds.looks) }

// circling ends the execution if several threads, all that can go on, have
// repeated themselves, in the same order and with the same values, and changed
// something each time. A thread on its own is found out by its rounds.
func (e *engine) circling() bool {
	for p := 2; p <= 4*maxPeriod && p*roundsTogether <= e.depth; p++ {
		who, changes := e.circle(p)
		if !changes || who&(who-1) == 0 || who != e.alive&^e.asleep {
			continue
		}
		e.livelocked(who)
		return true
	}
	return false
}

func (e *engine) livelocked(who mask) {
	m := "threads go round together, and none gets anywhere:"
	for _, t := range e.threads {
		if who&t.bit != 0 {
			m += " " + t.Name
		}
	}
	e.finish(Livelock, m)
}

// circle returns which threads took part in the latest rounds of p steps, none if
// those are not equal, and whether they changed something.
func (e *engine) circle(p int) (who mask, changes bool) {
	for i := e.depth - 1; i >= e.depth-p*(roundsTogether-1); i-- {
		n := &e.nodes[i]
		if n.choice || n.sig != e.nodes[i-p].sig {
			return 0, false
		}
		who |= 1 << n.thread
		changes = changes || n.write
	}
	return who, changes
}

// tooLong ends an execution that has reached its limit.
func (e *engine) tooLong() {
	if !e.circling() {
		e.finish(StepLimit, "cut off; raise Program.MaxSteps, or bound a loop")
	}
}

var _ xatomic.Hook = (*engine)(nil)

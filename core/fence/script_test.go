package fence_test

import (
	"fmt"
	"math/rand/v2"

	"credence/core/fence"
	"credence/core/invariant"
)

type opKind uint8

const (
	opInit opKind = iota
	opArm
	opDisarm
	opDone
	opSignal
	opSignalPut
	opSetError
	opGet
	opTryGet
	opPut
	opPlan // what the next run of the callback will do
	numOps
)

var opNames = [numOps]string{
	"init", "arm", "disarm", "done", "signal", "signalput", "seterror",
	"get", "tryget", "put", "plan",
}

type op struct {
	kind  opKind
	f, cb int
	n     int
	e     fence.Errno
	plan  []op
}

var opWeights = [numOps]int{8, 30, 12, 8, 5, 6, 4, 4, 4, 10, 12}

func randomOp(rng *rand.Rand, depth int) op {
	o := op{f: rng.IntN(twinFences), cb: rng.IntN(twinCbs), n: 1 + rng.IntN(3)}
	errs := [...]fence.Errno{fence.OK, fence.OK, fence.EIO, fence.ECANCELED, fence.MaxErrno}
	o.e = errs[rng.IntN(len(errs))]
	sum := 0
	for _, w := range opWeights {
		sum += w
	}
	for at := rng.IntN(sum); at >= opWeights[o.kind]; o.kind++ {
		at -= opWeights[o.kind]
	}
	if o.kind == opPlan && depth == 2 {
		o.kind = opArm
	}
	if o.kind == opPlan {
		if rng.IntN(2) == 0 {
			o.plan = append(o.plan, op{kind: opDone, cb: o.cb})
			if f := rng.IntN(twinFences); rng.IntN(2) == 0 {
				o.plan = append(o.plan, op{kind: opArm, f: f, cb: o.cb},
					op{kind: opArm, f: f, cb: rng.IntN(twinCbs)}, op{kind: opSignal, f: f})
			}
		}
		for range 1 + rng.IntN(4) {
			next := randomOp(rng, depth+1)
			if rng.IntN(3) == 0 {
				next.cb = o.cb
			}
			o.plan = append(o.plan, next)
		}
	}
	return o
}

// event is one line of what can be seen.
type event struct {
	what    string
	a, b, c int
	flag    bool
}

func (e event) String() string {
	return fmt.Sprintf("%s(%d %d %d %t)", e.what, e.a, e.b, e.c, e.flag)
}

// driver plays a script on one world. It leaves out what a caller must not do:
// it knows which references are its own, and keeps one for what it has armed.
type driver struct {
	tally
	w   world
	log []event

	held, pinned  [twinBases]int // references; how many Signals need one of them
	live, wrecked [twinBases]bool
	armed         [twinFences]int // callbacks
	on            [twinCbs]int    // fence on which the callback is armed
	open          [twinCbs]bool   // its handler runs, and may call Done
	plans         [twinCbs][]op
}

func (d *driver) note(what string, a, b, c int, flag bool) {
	d.log = append(d.log, event{what, a, b, c, flag})
}

func (d *driver) play(script []op) {
	for b := range twinBases {
		d.w.initBase(b, 1)
		d.live[b], d.held[b] = true, 1
	}
	for _, o := range script {
		d.exec(o)
		for f := range twinFences {
			d.look(f)
		}
		for cb := range twinCbs {
			d.note("running", cb, 0, 0, d.w.running(cb))
		}
	}
}

func (d *driver) look(f int) {
	signaled, e, refs := d.w.state(f)
	if refs == 0 && invariant.Enabled {
		signaled, e = false, fence.OK // as twins that must not look see it
	}
	d.note("state", f, int(e), refs, signaled)
}

func (d *driver) ran(f, cb int) {
	d.runs++
	d.armed[d.on[cb]]--
	d.note("run", f, cb, 0, d.w.running(cb))
	d.look(f)
	d.open[cb] = true
	plan := d.plans[cb]
	d.plans[cb] = nil
	done := false
	for _, o := range plan {
		done = done || o.kind == opDone && o.cb == cb && d.open[cb]
		d.exec(o)
	}
	if !done {
		d.open[cb] = false
	}
	d.note("ran", f, cb, 0, d.w.running(cb))
}

func (d *driver) released(base int) {
	d.note("released", base, 0, 0, false)
	d.live[base] = false
}

// exec does o if the rules allow it here. A panic is something to be seen.
func (d *driver) exec(o op) {
	b := baseOf[o.f]
	if !d.allowed(o, b) {
		return
	}
	if o.kind != opPlan {
		d.ops++
	}
	d.seen[o.kind]++
	defer func() {
		if r := recover(); r != nil {
			d.note(fmt.Sprint(r), int(o.kind), o.f, o.cb, false)
			if o.kind == opInit {
				d.wrecked[b] = true
			}
		}
	}()
	d.do(o, b)
	d.look(o.f)
}

func (d *driver) allowed(o op, b int) bool {
	switch o.kind {
	case opInit:
		return !d.live[b] && !d.wrecked[b]
	case opDone:
		return d.open[o.cb]
	case opPut:
		return d.held[b] > d.needed(b, -1)
	case opSignalPut:
		// Callbacks on this fence have the signaller's reference, if no other.
		return d.held[b] > d.needed(b, o.f)
	case opGet:
		return d.held[b] > 0 && d.held[b] < 5
	case opArm, opSignal, opSetError:
		return d.held[b] > 0
	}
	return true
}

// needed returns how many references to base must stay, leaving out callbacks
// on except.
func (d *driver) needed(base, except int) int {
	n := d.pinned[base]
	for f, b := range baseOf {
		if b == base && f != except {
			n += d.armed[f]
		}
	}
	return min(n, 1)
}

func (d *driver) do(o op, b int) {
	switch o.kind {
	case opInit:
		d.w.initBase(b, o.n)
		d.live[b], d.held[b] = true, o.n
	case opArm:
		got := d.w.arm(o.f, o.cb)
		d.outcomes[got]++
		if got == fence.Armed {
			d.armed[o.f]++
			d.on[o.cb] = o.f
		}
		d.note("arm", o.f, o.cb, int(got), false)
	case opDisarm:
		ok := d.w.disarm(o.cb)
		if ok {
			d.armed[d.on[o.cb]]--
		}
		d.note("disarm", o.cb, 0, 0, ok)
	case opDone:
		d.open[o.cb] = false
		d.w.done(o.cb)
	case opSignal:
		d.pinned[b]++
		d.note("signal", o.f, 0, 0, d.w.signal(o.f, o.e))
		d.pinned[b]--
	case opSignalPut:
		d.held[b]--
		d.note("signalput", o.f, 0, 0, d.w.signalPut(o.f, o.e))
	case opSetError:
		d.w.setError(o.f, o.e)
	case opGet:
		d.w.get(o.f)
		d.held[b]++
	case opTryGet:
		ok := d.w.tryGet(o.f)
		if ok {
			d.held[b]++
		}
		d.note("tryget", o.f, 0, 0, ok)
	case opPut:
		d.held[b]--
		d.w.put(o.f)
	case opPlan:
		d.plans[o.cb] = o.plan
	}
}

package linear

import (
	"fmt"
	"math/rand/v2"

	"credence/core/fence"
	"credence/fuzz/stress"
)

const (
	fenceHistories = 30 // of a bout
	fenceSteps     = 5  // of one goroutine in one
	signallers     = 2
	fenceOwners    = 3 // each of one callback
)

// fenceCall is an operation of a fence.
type fenceCall uint8

const (
	signal fenceCall = iota
	signaled
	setError
	readErr
	arm
	disarm
	ran  // a callback's handler
	rest // nothing goes on any more
)

var fenceNames = [...]string{"Signal", "Signaled", "SetError", "Err", "Arm", "Disarm", "handler",
	"rest"}

// fenceIn is a call, with an error or about a callback.
type fenceIn struct {
	call     fenceCall
	err      fence.Errno
	callback int
}

func (i fenceIn) String() string {
	switch i.call {
	case signal, setError:
		return fmt.Sprintf("%s(%d)", fenceNames[i.call], i.err)
	case arm, disarm, ran:
		return fmt.Sprintf("%s(%d)", fenceNames[i.call], i.callback)
	}
	return fenceNames[i.call]
}

// fenceOut is an answer: what it says of the call is in either of the two.
type fenceOut struct {
	yes bool
	err fence.Errno
}

// callbackState is what a callback waits for.
type callbackState struct {
	armed bool
	// loose: it was taken back, and may still hang on the fence. Then it can be
	// armed again while the signal is on its way to it.
	loose bool
	// place is when it was armed, for one that never was loose; these run in order.
	place uint8
}

// fenceState is one life of a fence.
type fenceState struct {
	signaled  bool
	err       fence.Errno
	armed     uint8 // how often
	callbacks [fenceOwners]callbackState
}

var fenceModel = model(fenceState{}, fenceState.step)

func (s fenceState) step(in fenceIn, out fenceOut) (bool, fenceState) {
	c := &s.callbacks[in.callback]
	switch in.call {
	case signal:
		if out.yes == s.signaled {
			return false, s
		}
		if out.yes && in.err != fence.OK {
			s.err = in.err
		}
		s.signaled = true
	case signaled:
		return out.yes == s.signaled, s
	case readErr:
		return out.err == s.err, s
	case setError:
		if out.yes == s.signaled {
			return false, s
		}
		if out.yes {
			s.err = in.err
		}
	case arm:
		if !out.yes {
			return s.signaled, s
		}
		if c.armed || s.signaled && !c.loose {
			return false, s
		}
		s.armed++
		c.armed, c.place = true, s.armed
	case disarm:
		if !out.yes {
			return !c.armed || s.signaled, s
		}
		if !c.armed {
			return false, s
		}
		c.armed, c.loose = false, true
	case ran:
		if !c.armed || !s.signaled || !s.inTurn(*c) {
			return false, s
		}
		c.armed = false
	case rest:
		for _, c := range s.callbacks {
			if c.armed {
				return false, s
			}
		}
	}
	return true, s
}

// inTurn reports whether no callback that was armed before c is yet to run.
func (s *fenceState) inTurn(c callbackState) bool {
	for _, o := range s.callbacks {
		if o.armed && o.place < c.place && !o.loose && !c.loose {
			return false
		}
	}
	return true
}

// runFence records those who signal a fence and those who watch it.
func runFence(b *stress.Bout) {
	x := &fenceBout{}
	var members []func(int)
	for i := range signallers {
		x.clients = append(x.clients, &client{id: i})
		members = append(members, x.signaller(x.clients[i], b.Rand(i)))
	}
	for i := range x.owners {
		o := &x.owners[i]
		o.x, o.id, o.r = x, i, b.Rand(10+i)
		o.client, o.handled = &client{id: signallers + i}, &client{id: signallers + fenceOwners + i}
		o.Init(o)
		x.clients = append(x.clients, o.client, o.handled)
		members = append(members, o.play)
	}
	crew := stress.NewCrew(members...)
	defer crew.Dismiss()
	for i := 0; i < fenceHistories && !b.Failed(); i++ {
		x.f.Init(1, uint64(i), nil)
		for range members[1:] {
			x.f.Get()
		}
		crew.Play(i)
		x.clients[0].do(fenceIn{call: rest}, func() any { return fenceOut{} })
		judge(b, "I4", fenceModel, x.clients)
	}
}

type fenceBout struct {
	f       fence.Single
	clients []*client
	owners  [fenceOwners]watcher
}

// signaller sets errors, looks, and signals in the end. Its reference keeps the
// fence until all handlers ran.
func (x *fenceBout) signaller(c *client, r *rand.Rand) func(int) {
	f := &x.f.Fence
	return func(int) {
		for range r.IntN(fenceSteps) {
			stress.Dawdle(r)
			look(c, f, r)
		}
		stress.Dawdle(r)
		e := fence.Errno(r.IntN(3))
		c.do(fenceIn{call: signal, err: e}, func() any { return fenceOut{yes: f.SignalError(e)} })
		f.Put()
	}
}

// look asks, or sets an error.
func look(c *client, f *fence.Fence, r *rand.Rand) {
	switch r.IntN(3) {
	case 0:
		c.do(fenceIn{call: signaled}, func() any { return fenceOut{yes: f.Signaled()} })
	case 1:
		c.do(fenceIn{call: readErr}, func() any { return fenceOut{err: f.Err()} })
	case 2:
		e := fence.Errno(3 + r.IntN(3))
		c.do(fenceIn{call: setError, err: e}, func() any { return fenceOut{yes: set(f, e)} })
	}
}

// set reports whether an error could be set.
func set(f *fence.Fence, e fence.Errno) (ok bool) {
	defer func() { ok = recover() == nil }()
	f.SetError(e)
	return true
}

// watcher owns a callback.
type watcher struct {
	fence.Callback
	*client
	handled *client // what its handler records, on the signaller's goroutine
	x       *fenceBout
	id      int
	r       *rand.Rand
	armed   bool
}

func (w *watcher) play(int) {
	f := &w.x.f.Fence
	w.armed = false
	for range fenceSteps {
		stress.Dawdle(w.r)
		switch w.r.IntN(3) {
		case 0:
			look(w.client, f, w.r)
		default:
			w.turn(f)
		}
	}
	f.Put()
}

// turn arms the callback, or takes it back.
func (w *watcher) turn(f *fence.Fence) {
	if !w.armed {
		w.do(fenceIn{call: arm, callback: w.id}, func() any {
			w.armed = f.Arm(&w.Callback) == fence.Armed
			return fenceOut{yes: w.armed}
		})
		return
	}
	w.do(fenceIn{call: disarm, callback: w.id}, func() any {
		ok := w.Disarm()
		return fenceOut{yes: ok}
	})
	// If that was too late, it runs or has run: either way it is not armed.
	w.armed = false
}

// FenceSignaled records that the handler ran.
func (w *watcher) FenceSignaled(*fence.Fence, *fence.Callback) {
	w.handled.do(fenceIn{call: ran, callback: w.id}, func() any { return fenceOut{} })
}

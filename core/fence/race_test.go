package fence_test

import (
	"runtime"
	"testing"

	"credence/core/fence"
)

// watched is a callback and what its owner did with it. runs is plain: the
// race detector sees whether the handler's write reaches the owner.
type watched struct {
	fence.Callback
	runs           int
	armed, disarms int
	early          bool // the handler gives the callback back before it returns
	refused, busy  int
}

func (w *watched) FenceSignaled(f *fence.Fence, cb *fence.Callback) {
	w.runs++
	if w.early {
		cb.Done()
	}
}

func (w *watched) arm(f *fence.Fence) fence.Outcome {
	o := f.Arm(&w.Callback)
	switch o {
	case fence.Armed:
		w.armed++
	case fence.AlreadySignaled:
		w.refused++
	case fence.Busy:
		w.busy++
	}
	return o
}

// disarm takes w back, and waits for its handler if that came too late.
func (w *watched) disarm() bool {
	if w.Disarm() {
		w.disarms++
		return true
	}
	for w.Running() {
		runtime.Gosched()
	}
	return false
}

func (w *watched) settle(t *testing.T) {
	t.Helper()
	if w.runs != w.armed-w.disarms {
		t.Errorf("ran %d times, but armed %d times and disarmed in time %d times",
			w.runs, w.armed, w.disarms)
	}
	if w.Running() {
		t.Error("running at rest")
	}
}

// Owners arm, disarm and arm again their own callbacks while another goroutine
// signals. Each arming ends exactly once: as a run, or as a Disarm in time.
func TestEveryArmingEndsExactlyOnce(t *testing.T) {
	const owners = 4
	var f fence.Single
	var o told
	ws := make([][2]watched, owners)
	members := []func(int){func(round int) {
		stagger(round * 5)
		if !f.SignalPut(fence.Errno(round & 7)) {
			t.Error("somebody else signalled")
		}
	}}
	for i := range ws {
		a, b := &ws[i][0], &ws[i][1]
		a.Init(a)
		b.Init(b)
		b.early = true
		members = append(members, func(round int) {
			stagger(round * (i + 5))
			switch (round + i) % 4 {
			case 0:
				a.arm(&f.Fence)
			case 1:
				a.arm(&f.Fence)
				a.disarm()
			case 2: // armed again where it is: behind b
				a.arm(&f.Fence)
				b.arm(&f.Fence)
				a.disarm()
				a.arm(&f.Fence)
			case 3: // in turns at the head
				for range 3 {
					a.arm(&f.Fence)
					if !a.disarm() {
						break
					}
					b.arm(&f.Fence)
					if !b.disarm() {
						break
					}
				}
			}
			f.Put()
		})
	}
	g := newGang(members...)
	defer g.stop()
	for round := range raceRounds {
		f.Init(1, uint64(round), &o)
		for range owners {
			f.Get()
		}
		g.play(round)
		if o.n != round+1 {
			t.Fatalf("round %d: the owner was told %d times", round, o.n)
		}
		for i := range ws {
			ws[i][0].settle(t)
			ws[i][1].settle(t)
		}
		if t.Failed() {
			t.Fatalf("in round %d", round)
		}
	}
	var sum watched
	for i := range ws {
		for k := range ws[i] {
			sum.armed += ws[i][k].armed
			sum.disarms += ws[i][k].disarms
			sum.refused += ws[i][k].refused
			sum.busy += ws[i][k].busy
		}
	}
	t.Logf("%d armed, %d disarmed in time, %d refused", sum.armed, sum.disarms, sum.refused)
	if sum.disarms == 0 || sum.refused == 0 || sum.armed == sum.disarms || sum.busy != 0 {
		t.Errorf("the rounds never met: %d armed, %d disarmed, %d refused, %d busy",
			sum.armed, sum.disarms, sum.refused, sum.busy)
	}
}

// Several goroutines signal at once: one of them did it, and its error stays.
func TestOneOfManySignalersWins(t *testing.T) {
	const signalers = 3
	var f fence.Single
	var won [signalers]bool
	var w watched
	w.Init(&w)
	var members []func(int)
	for i := range signalers {
		members = append(members, func(round int) {
			stagger(round * (i + 3))
			won[i] = f.SignalError(fence.Errno(i + 1))
		})
	}
	g := newGang(members...)
	defer g.stop()
	for round := range raceRounds {
		f.Init(1, uint64(round), nil)
		if round%2 == 0 {
			w.arm(&f.Fence)
		}
		g.play(round)
		wins := 0
		for i := range won {
			if won[i] {
				wins++
				if f.Err() != fence.Errno(i+1) {
					t.Fatalf("round %d: signaller %d won, the error is %v", round, i+1, f.Err())
				}
			}
		}
		if wins != 1 {
			t.Fatalf("round %d: %d signallers won", round, wins)
		}
		w.settle(t)
	}
}

// Whoever sees the fence signalled sees what the signaller wrote, and an error
// that does not change any more, whoever tries to set one.
func TestSignaledPublishesAndFixesTheError(t *testing.T) {
	var f fence.Single
	var data int
	var late int
	signal := func(round int) {
		stagger(round)
		data = round
		f.SignalError(fence.Errno(round & 1 * 5))
	}
	set := func(round int) {
		stagger(round * 7)
		defer func() {
			if recover() != nil {
				late++
			}
		}()
		f.SetError(fence.ETIME)
	}
	look := func(round int) {
		for !f.Signaled() {
			runtime.Gosched()
		}
		e := f.Err()
		if data != round {
			t.Errorf("round %d: the reader sees %d", round, data)
		}
		runtime.Gosched()
		if again := f.Err(); again != e {
			t.Errorf("round %d: the error went from %v to %v", round, e, again)
		}
		if round&1 == 1 && e != fence.EIO {
			t.Errorf("round %d: error %v, signalled with EIO", round, e)
		}
	}
	g := newGang(signal, set, look)
	defer g.stop()
	for round := range raceRounds {
		f.Init(1, 1, nil)
		g.play(round)
	}
	t.Logf("%d of %d SetErrors came after the signal", late, raceRounds)
	if late == 0 || late == raceRounds {
		t.Error("the rounds never met")
	}
}

// The fences of a pair signal at the same time, and references come and go on
// both: the owner is told once, at the end.
func TestPairUnderContention(t *testing.T) {
	var p fence.Pair
	var errs [2]fence.Errno // as the owner sees them, when they are final
	o := told{do: func() { errs = [2]fence.Errno{p.Scheduled.Err(), p.Finished.Err()} }}
	var s, d watched
	s.Init(&s)
	d.Init(&d)
	g := newGang(
		func(round int) {
			stagger(round)
			p.Scheduled.SignalPut(fence.EIO)
		},
		func(round int) {
			stagger(round * 5)
			p.Finished.SignalPut(fence.ETIME)
		},
		func(round int) {
			stagger(round * 3)
			s.arm(&p.Scheduled)
			d.arm(p.Finished.Get())
			if round%2 == 0 {
				s.disarm()
			}
			p.Scheduled.Put()
			p.Finished.Put()
		},
	)
	defer g.stop()
	for round := range raceRounds {
		p.Init(1, uint64(round), &o, 3)
		g.play(round)
		if o.n != round+1 || p.Scheduled.Refs() != 0 {
			t.Fatalf("round %d: told %d times, %d references", round, o.n, p.Scheduled.Refs())
		}
		s.settle(t)
		d.settle(t)
		if errs != [2]fence.Errno{fence.OK, fence.ETIME} {
			t.Fatalf("round %d: errors %v", round, errs)
		}
		if t.Failed() {
			t.FailNow()
		}
	}
}

//go:build explore

package scenario

import (
	"fmt"

	"credence/core/fence"
	"credence/core/xatomic"
	"credence/fuzz/explore"
)

// signals is what threads that arm, disarm, signal and drop meet at: fence f, to
// which each of them has a reference that it drops, fence g, and a few callbacks,
// each of which belongs to one thread.
type signals struct {
	f, g    *fence.Fence
	single  *fence.Single
	pair    *fence.Pair
	told    int // how often the owner was
	won     int // signals of f that say they did it
	a       [3]callback
	pause   xatomic.Uint32 // nobody writes it: a step at which others may go on
	threads int
}

// callback counts in Vars: two runs at a time would be a data race.
type callback struct {
	fence.Callback
	s              *signals
	early          bool // it calls Done, and goes on a little
	runs           xatomic.Var[int]
	armed, disarms int
}

func newSignals(threads int, pair, early bool) *signals {
	s := &signals{threads: threads}
	g := new(fence.Single)
	if pair {
		s.pair = new(fence.Pair)
		s.pair.Init(1, 1, s, threads)
		s.f, s.g = &s.pair.Scheduled, &s.pair.Finished
	} else {
		s.single = new(fence.Single)
		s.single.Init(1, 1, s)
		for range threads - 1 {
			s.single.Get()
		}
		g.Init(2, 1, nil)
		s.f, s.g = &s.single.Fence, &g.Fence
	}
	for i := range s.a {
		s.a[i].s, s.a[i].early = s, early
		s.a[i].Init(&s.a[i])
	}
	return s
}

// again readies f for another life.
func (s *signals) again() {
	if s.pair != nil {
		s.pair.Init(1, 2, s, 1)
	} else {
		s.single.Init(1, 2, s)
	}
}

// FenceReleased counts.
func (s *signals) FenceReleased(*fence.Base) { s.told++ }

// FenceSignaled is each callback's handler.
func (c *callback) FenceSignaled(f *fence.Fence, cb *fence.Callback) {
	if !c.Running() || !f.Signaled() || f.Refs() == 0 {
		explore.Failf("in the handler: running %t, signalled %t, %d references",
			c.Running(), f.Signaled(), f.Refs())
	}
	c.runs.Set(c.runs.Get() + 1)
	if c.early {
		cb.Done()
		c.s.pause.Load()
	}
}

func (c *callback) arm(f *fence.Fence) fence.Outcome {
	o := f.Arm(&c.Callback)
	if o == fence.Armed {
		c.armed++
	}
	return o
}

func (c *callback) disarm() bool {
	ok := c.Disarm()
	if ok {
		c.disarms++
	}
	return ok
}

// settled reports whether c, armed and not disarmed in time, was given back.
func (c *callback) settled() bool { return !c.disarm() && !c.Running() }

// judge looks at everything when all threads have ended.
func (s *signals) judge() error {
	if s.won != 1 { // whether it signalled may not be asked: its life is over
		return fmt.Errorf("%d signals say they did it", s.won)
	}
	if s.pair == nil { // the other fence of a pair is signalled by a thread
		s.g.Signal()
	}
	if s.told != 1 || s.f.Refs() != 0 {
		return fmt.Errorf("the owner was told %d times, %d references", s.told, s.f.Refs())
	}
	if err := s.count(); err != nil {
		return err
	}
	// Everybody was given back: another life takes them all.
	s.again()
	for i := range s.a {
		if o := s.a[i].arm(s.f); o != fence.Armed {
			return fmt.Errorf("callback %d is kept: outcome %d of Arm", i, o)
		}
	}
	s.f.Signal()
	return s.count()
}

func (s *signals) count() error {
	for i := range s.a {
		c := &s.a[i]
		if n := c.runs.Get(); n != c.armed-c.disarms || c.Running() {
			return fmt.Errorf("callback %d ran %d times, armed %d times, disarmed in time %d times, running %t",
				i, n, c.armed, c.disarms, c.Running())
		}
	}
	return nil
}

// Threads that several scenarios have.

func (s *signals) signal() {
	if s.f.SignalPut(fence.EIO) {
		s.won++
	}
}

func (s *signals) signalOther() { s.f.Put(); s.g.Signal() }

func (s *signals) signalOtherPut() { s.g.SignalPut(fence.ETIME) }

func (s *signals) armOnly() { s.a[0].arm(s.f); s.f.Put() }

// comeAndGo has a callback that no other of these threads has.
func (s *signals) comeAndGo() {
	s.a[2].arm(s.f)
	s.a[2].disarm()
	s.f.Put()
}

// thereAndBack disarms a callback behind a newer one and arms it again.
func (s *signals) thereAndBack() {
	s.a[0].arm(s.f)
	s.a[1].arm(s.f)
	if s.a[0].disarm() {
		s.a[0].arm(s.f)
	}
	s.f.Put()
}

// elsewhere takes a callback to another fence, if it is let go.
func (s *signals) elsewhere() {
	s.a[0].arm(s.f)
	if s.a[0].disarm() {
		s.a[0].arm(s.g)
	}
	s.f.Put()
}

// onwards arms a callback elsewhere as soon as it is given back by a run.
func (s *signals) onwards() {
	if s.a[0].arm(s.f) == fence.Armed && s.a[0].settled() {
		s.a[0].arm(s.g)
	}
	s.f.Put()
}

func (s *signals) both() { s.a[0].arm(s.f); s.a[1].arm(s.g); s.f.Put() }

// setError sets an error, unless that comes too late, which it is told by a panic.
func (s *signals) setError() {
	defer s.f.Put()
	if !s.setInTime() && !s.f.Signaled() {
		explore.Failf("SetError panics before the signal")
	}
	if s.f.Signaled() && s.f.Err() != fence.EIO {
		explore.Failf("error %v, signalled with EIO", s.f.Err())
	}
}

func (s *signals) setInTime() (ok bool) {
	defer func() {
		if r := recover(); r != nil {
			if text, is := r.(string); !is {
				panic(r)
			} else if text != "fence: SetError after the signal" {
				explore.Failf("%s", text)
			}
		}
	}()
	s.f.SetError(fence.ETIME)
	return true
}

// visit comes without a reference, and gives the one it is owed at once.
func (s *signals) visit() {
	s.f.Put()
	if !s.f.TryGet() {
		return
	}
	if s.told != 0 {
		explore.Failf("a reference to a released fence")
	}
	s.f.Put()
}

// meets is a scenario of threads that are methods of signals.
type meets struct {
	name, doc   string
	pair, early bool
	options     explore.Options
	threads     []func(*signals)
}

func fences() []Scenario {
	type s = signals
	var dpor explore.Options
	list := []meets{
		{"arm", "arm, signal", false, false, dpor, []func(*s){(*s).armOnly, (*s).signal}},
		{"two signallers", "arm, and two who signal", false, false, dpor,
			[]func(*s){(*s).armOnly, (*s).signal, (*s).signal}},
		{"disarm", "arm and disarm, signal", false, false, dpor, []func(*s){(*s).comeAndGo, (*s).signal}},
		{"disarm among others", "the newest of two callbacks is disarmed", false, false, bounded3,
			[]func(*s){(*s).armOnly, (*s).comeAndGo, (*s).signal}},
		{"re-arm", "disarm and arm again behind a newer callback", false, false, dpor,
			[]func(*s){(*s).thereAndBack, (*s).signal}},
		{"re-arm among others", "the same, and another comes and goes", false, false, bounded3,
			[]func(*s){(*s).thereAndBack, (*s).comeAndGo, (*s).signal}},
		{"elsewhere", "a disarmed callback goes to another fence", false, false, bounded3,
			[]func(*s){(*s).elsewhere, (*s).comeAndGo, (*s).signal}},
		{"onwards", "a callback goes to another fence after its run", false, false, dpor,
			[]func(*s){(*s).onwards, (*s).signal, (*s).signalOther}},
		{"onwards after Done", "the same, as soon as the handler has called Done", false, true, dpor,
			[]func(*s){(*s).onwards, (*s).signal, (*s).signalOther}},
		{"error", "set the error while another signals with one", false, false, dpor,
			[]func(*s){(*s).setError, (*s).signal}},
		{"try", "a reference is tried for while the last one goes", false, false, dpor,
			[]func(*s){(*s).visit, (*s).signal}},
		{"pair", "both fences of a pair are armed and signalled", true, false, bounded3,
			[]func(*s){(*s).both, (*s).signal, (*s).signalOtherPut}},
	}
	var out []Scenario
	for _, m := range list {
		out = append(out, m.scenario())
	}
	return out
}

func (m meets) scenario() Scenario {
	return Scenario{
		Name: "fence/" + m.name, Doc: m.doc,
		Holds: "one signal wins; each callback runs once for each arming that was not taken back " +
			"in time; the owner is told once, after the last reference; another life takes all callbacks",
		Options: m.options,
		New: func() *explore.Program {
			s := newSignals(len(m.threads), m.pair, m.early)
			p := &explore.Program{State: s, Check: s.judge}
			for i, t := range m.threads {
				p.Threads = append(p.Threads, explore.Thread{
					Name: string(rune('p' + i)), Run: func() { t(s) }, Polls: true,
				})
			}
			return p
		},
	}
}

//go:build explore

package weave

import (
	"fmt"
	"math/rand/v2"

	"credence/core/fence"
	"credence/core/xatomic"
	"credence/fuzz/explore"
)

// meeting is a pair or a fence that several signal, watch, and hold.
type meeting struct {
	single   fence.Single
	pair     fence.Pair
	f        *fence.Fence
	watchers []*watcher
	signals  []*signaler
	released xatomic.Uint32
}

// watcher owns a callback, which it arms, and may take back and arm again.
type watcher struct {
	m     *meeting
	cb    fence.Callback
	ops   []op
	armed int // times that it was armed and not taken back; the owner's
	ran   xatomic.Uint32
	tick  tick
}

// signaler signals with an error, and drops its reference with it or not at all.
type signaler struct {
	err   fence.Errno
	put   bool
	first bool
}

// FenceReleased notes that the last reference is gone.
func (m *meeting) FenceReleased(*fence.Base) { m.released.Add(1) }

func drawFence(r *rand.Rand) *explore.Program {
	m := &meeting{}
	nw, ns := 1+r.IntN(3), 1+r.IntN(2)
	m.pair.Init(1, 1, m, 1)
	m.single.Init(1, 1, m)
	switch r.IntN(3) {
	case 0:
		m.f = &m.single.Fence
	case 1:
		m.f = &m.pair.Scheduled
	case 2:
		m.f = &m.pair.Finished
	}
	p := &explore.Program{State: m, Check: m.end}
	for i := range nw {
		w := &watcher{m: m, ops: ops(r, 4, 4, 2)}
		w.cb.Init(w)
		m.watchers = append(m.watchers, w)
		m.f.Get()
		p.Threads = append(p.Threads, task(fmt.Sprint("watcher", i), w.run))
	}
	for i := range ns {
		s := &signaler{err: fence.Errno(r.IntN(3)), put: r.IntN(2) == 0}
		m.signals = append(m.signals, s)
		m.f.Get()
		p.Threads = append(p.Threads, task(fmt.Sprint("signaler", i), func() { s.run(m.f) }))
	}
	if r.IntN(2) == 0 {
		p.Threads = append(p.Threads, task("taker", m.take))
	}
	return p
}

func (s *signaler) run(f *fence.Fence) {
	if s.put {
		s.first = f.SignalPut(s.err)
		return
	}
	s.first = f.SignalError(s.err)
	f.Put()
}

// take reaches the fence through memory that outlives it.
func (m *meeting) take() {
	if m.f.TryGet() {
		if m.f.Signaled() {
			if e := m.f.Err(); m.f.Err() != e {
				explore.Failf("the error of a signalled fence changes")
			}
		}
		m.f.Put()
	}
}

// FenceSignaled runs once for each arming.
func (w *watcher) FenceSignaled(f *fence.Fence, _ *fence.Callback) {
	if !f.Signaled() {
		explore.Failf("a callback runs, and its fence has not signalled")
	}
	w.ran.Add(1)
}

func (w *watcher) run() {
	for _, o := range w.ops {
		w.tick.on()
		switch o.kind {
		case 0, 1:
			if w.armed == int(w.ran.Load()) && !w.cb.Running() {
				before := w.m.f.Signaled()
				if got := w.m.f.Arm(&w.cb); got == fence.Armed {
					w.armed++
				} else if got == fence.Busy || !w.m.f.Signaled() {
					explore.Failf("Arm returns %d, before the fence was signalled: %t", got, before)
				}
			}
		case 2:
			if w.armed > 0 && w.cb.Disarm() {
				w.armed--
			}
		case 3:
			if w.m.f.Signaled() {
				if e := w.m.f.Err(); w.m.f.Err() != e {
					explore.Failf("the error of a signalled fence changes")
				}
			}
		}
	}
	// The handler uses w until it has run.
	explore.Await(func() bool { return int(w.ran.Load()) >= w.armed && !w.cb.Running() })
	w.m.f.Put()
}

func (m *meeting) end() error {
	firsts := 0
	var err fence.Errno
	for _, s := range m.signals {
		if s.first {
			firsts++
			err = s.err
		}
	}
	if firsts != 1 || !m.f.Signaled() {
		return fmt.Errorf("%d of %d signals were the first; signalled %t", firsts, len(m.signals),
			m.f.Signaled())
	}
	if m.f == &m.pair.Scheduled {
		err = fence.OK
	}
	if got := m.f.Err(); got != err {
		return fmt.Errorf("the fence carries %v, and was signalled with %v", got, err)
	}
	for i, w := range m.watchers {
		if int(w.ran.Load()) != w.armed {
			return fmt.Errorf("watcher %d was armed %d times to the end, and ran %d times", i, w.armed,
				w.ran.Load())
		}
	}
	if n := m.f.Refs(); n != 1 || m.released.Load() != 0 {
		return fmt.Errorf("%d references are left, and the owner was told %d times", n, m.released.Load())
	}
	m.f.Put()
	if m.released.Load() != 1 {
		return fmt.Errorf("the last reference is gone, and the owner was told %d times", m.released.Load())
	}
	return nil
}

package target

import (
	"credence/core/fence"
	"credence/core/invariant"
)

// partFences is how many fences, and partNodes how many callbacks, an input of
// Fence has. The last two fences are a pair.
const (
	partFences  = 5
	partNodes   = 8
	partNesting = 3 // handlers within handlers that do something
	partMaxRefs = 4 // of one fence
)

// Fence signals fences and arms, takes back and runs callbacks, with lists beside
// them; handlers do the same from within. Fences whose last reference goes begin
// another life.
func Fence(data []byte) (interesting bool, f *Finding) {
	return guard("fence", func() bool {
		m := newFenceModel(data[:min(len(data), 2*MaxPartOps)])
		for m.ops.more() {
			m.do()
		}
		m.end()
		return m.ran > 0
	})
}

// fenceModel is fences with callbacks, and who must run when.
type fenceModel struct {
	ops      stream
	contexts fence.Contexts
	singles  [partFences - 2]fence.Single
	pair     fence.Pair
	fences   [partFences]partFence
	nodes    [partNodes]partNode
	ran      int
	depth    int
}

// partFence is what must hold of a fence.
type partFence struct {
	*fence.Fence
	life     *partLife // shared by the fences of a pair
	signaled bool
	err      fence.Errno
	carries  bool // an error
	seqno    uint64
	slot     *partNode   // armed as the only one
	list     []*partNode // armed behind others, in order; detached ones keep their place
	listed   bool
	due      []*partNode // that the present signal has still to run
	wanted   fence.Time  // by a deadline; Never if nobody said
}

// partLife is the references of a fence, or of a pair.
type partLife struct{ refs, released, lives int }

// partNode is a callback.
type partNode struct {
	fence.Callback
	m     *fenceModel
	on    *partFence // where it is linked
	off   bool       // disarmed, and still linked
	runs  bool       // its handler does, and has not said that it is done
	armed bool       // for a run
}

func newFenceModel(data []byte) *fenceModel {
	m := &fenceModel{ops: stream{data: data}}
	pair := &partLife{}
	for i := range m.fences {
		f := &m.fences[i]
		f.life, f.carries = pair, i != partFences-2
		switch {
		case i < len(m.singles):
			f.Fence, f.life = &m.singles[i].Fence, &partLife{}
		case f.carries:
			f.Fence = &m.pair.Finished
		default:
			f.Fence = &m.pair.Scheduled
		}
	}
	for i := range m.fences {
		m.begin(i)
	}
	for i := range m.nodes {
		m.nodes[i].m = m
		m.nodes[i].Init(&m.nodes[i])
	}
	return m
}

// begin starts a life of fence i, and of its pair.
func (m *fenceModel) begin(i int) {
	f := &m.fences[i]
	if f.life.refs > 0 {
		return
	}
	ctx := m.contexts.Next(2)
	f.life.lives++
	seqno := uint64(f.life.lives)
	f.life.refs = 1
	if i < len(m.singles) {
		m.singles[i].Init(ctx, seqno, m)
		f.reset(seqno)
		expect(invariant.I2, "the context of a new fence", f.Context(), ctx)
		return
	}
	f.life.refs = 2
	m.pair.Init(ctx, seqno, m, 2)
	for k := len(m.singles); k < partFences; k++ {
		m.fences[k].reset(seqno)
	}
	expect(invariant.I2, "the context of finished", m.pair.Finished.Context(), ctx+1)
}

func (f *partFence) reset(seqno uint64) {
	f.signaled, f.err, f.slot, f.listed, f.wanted = false, fence.OK, nil, false, fence.Never
	f.list, f.due, f.seqno = nil, nil, seqno
}

// FenceReleased notes that the last reference is gone.
func (m *fenceModel) FenceReleased(b *fence.Base) {
	for i := range m.fences {
		if l := m.fences[i].life; l.refs == 0 && l.released < l.lives {
			l.released++
			return
		}
	}
	breaks(invariant.I10, "a fence is released that has references, or was released before")
}

// SetDeadline notes by when somebody wants a fence.
func (m *fenceModel) SetDeadline(f *fence.Fence, at fence.Time) {
	for i := range m.fences {
		if m.fences[i].Fence == f {
			m.fences[i].wanted = at
		}
	}
}

// do takes an operation: its kind, and which fence and callback.
func (m *fenceModel) do() {
	kind, arg := m.ops.next()
	i, n := int(arg)%partFences, &m.nodes[int(arg)/partFences%partNodes]
	f := &m.fences[i]
	if f.life.refs == 0 {
		if kind%2 == 0 && m.depth == 0 {
			m.begin(i)
		} else {
			expect(invariant.I5, "TryGet of a fence that is gone", f.TryGet(), false)
		}
		return
	}
	switch kind % 12 {
	case 0, 1, 2:
		m.arm(f, n)
	case 3:
		m.disarm(n)
	case 4, 5:
		m.signal(f, fence.Errno(kind>>4), false)
	case 6:
		if f.life.refs > 1 && !m.busy(f) {
			m.signal(f, fence.Errno(kind>>4), true)
		}
	case 7:
		if !f.signaled {
			f.SetError(fence.Errno(kind >> 4))
			if f.carries {
				f.err = fence.Errno(kind >> 4)
			}
		}
	case 8:
		if f.life.refs < partMaxRefs {
			f.Get()
			f.life.refs++
		}
	case 9:
		if f.life.refs < partMaxRefs {
			expect(invariant.I5, "TryGet", f.TryGet(), true)
			f.life.refs++
		}
	case 10:
		m.put(f)
	case 11:
		m.deadline(f, fence.Time(kind))
	}
	m.look(f)
}

// look compares what can be seen of a fence.
func (m *fenceModel) look(f *partFence) {
	if f.life.refs == 0 {
		return
	}
	expect(invariant.I3, "Signaled", f.Signaled(), f.signaled)
	expect(invariant.I9, "Err", f.Err(), f.err)
	expect(invariant.I10, "Refs", f.Refs(), f.life.refs)
	expect(invariant.I2, "Seqno", f.Seqno(), f.seqno)
	if f.Fence == &m.pair.Finished {
		expect(invariant.I10, "Sole", m.pair.Sole(), f.life.refs == 1)
	}
	for i := range m.fences {
		if g := &m.fences[i]; g.Context() == f.Context() {
			expect(invariant.I2, "IsLater", f.IsLater(g.Fence), f.seqno > g.seqno)
		}
	}
}

// busy reports whether a callback is linked to f or its pair, or runs on it.
func (m *fenceModel) busy(f *partFence) bool {
	for i := range m.nodes {
		if on := m.nodes[i].on; on != nil && on.life == f.life {
			return true
		}
	}
	return false
}

// put drops a reference, not the last one of a fence that is watched, or whose
// other half is.
func (m *fenceModel) put(f *partFence) {
	if f.life.refs == 1 && (m.busy(f) || m.depth > 0) {
		return
	}
	f.life.refs--
	f.Put()
	m.released(f)
}

func (m *fenceModel) released(f *partFence) {
	if f.life.refs == 0 {
		expect(invariant.I10, "times that the owner was told", f.life.released, f.life.lives)
	}
}

func (m *fenceModel) deadline(f *partFence, at fence.Time) {
	before := f.wanted
	f.wanted = fence.Never
	f.SetDeadline(at)
	want := at
	if f.signaled {
		want = fence.Never
	}
	expect(invariant.I9, "the deadline that the owner was told", f.wanted, want)
	f.wanted = before
}

// arm arms a callback. One armed again keeps its place if it is still linked.
func (m *fenceModel) arm(f *partFence, n *partNode) {
	if n.armed {
		return
	}
	want := fence.Armed
	switch {
	case n.runs, n.off && n.on != f:
		want = fence.Busy
	case n.off:
		n.off = false
	case f.signaled:
		want = fence.AlreadySignaled
	}
	if got := f.Arm(&n.Callback); got != want {
		breaks(invariant.I3, "Arm on fence %d:%d returns %d, not %d", f.Context(), f.seqno, got, want)
	}
	if n.armed = want == fence.Armed; !n.armed || n.on != nil {
		return
	}
	n.on = f
	if f.slot == nil && !f.listed {
		f.slot = n
		return
	}
	f.listed = true
	f.list = append(f.list, n)
}

// disarm takes a callback back: in time unless it has run, or runs.
func (m *fenceModel) disarm(n *partNode) {
	if got := n.Disarm(); got != n.armed {
		breaks(invariant.I3, "Disarm says %t of a callback that is armed %t", got, n.armed)
	}
	expect(invariant.I3, "Running", n.Running(), n.runs)
	if !n.armed {
		return
	}
	n.armed, n.off = false, true
	f := n.on
	switch k := len(f.list); {
	case f.slot == n:
		f.slot, n.on, n.off = nil, nil, false
	case k > 0 && f.list[k-1] == n: // the newest of those that no signal has taken
		f.list, n.on, n.off = f.list[:k-1], nil, false
	}
}

// signal signals a fence: each armed callback runs once, in the order of arming,
// and nobody else.
func (m *fenceModel) signal(f *partFence, err fence.Errno, put bool) {
	first := !f.signaled
	if first {
		if f.signaled = true; err != fence.OK && f.carries {
			f.err = err
		}
		if f.slot != nil {
			f.due, f.slot = append(f.due, f.slot), nil
		}
		f.turn()
	}
	var got bool
	switch {
	case put:
		f.life.refs--
		got = f.SignalPut(err)
	case err == fence.OK:
		got = f.Signal()
	default:
		got = f.SignalError(err)
	}
	expect(invariant.I3, "what a signal reports", got, first)
	if first {
		if f.turn(); len(f.due) > 0 {
			breaks(invariant.L1, "the signal of fence %d:%d leaves %d callbacks", f.Context(), f.seqno,
				len(f.due))
		}
	}
}

// turn takes the list when the slot has had its turn, and gives those back whose
// turn it is and who were taken back.
func (f *partFence) turn() {
	if len(f.due) == 0 {
		f.due, f.list = f.list, nil
	}
	for len(f.due) > 0 && f.due[0].off {
		f.due[0].on, f.due[0].off = nil, false
		f.due = f.due[1:]
	}
}

// FenceSignaled is a run of the callback, which does a few operations.
func (n *partNode) FenceSignaled(f *fence.Fence, cb *fence.Callback) {
	m, on := n.m, n.on
	if on != nil {
		on.turn()
	}
	if !n.armed || on == nil || on.Fence != f || cb != &n.Callback || len(on.due) == 0 || on.due[0] != n {
		breaks(invariant.I3, "a callback runs that is not next on fence %d:%d", f.Context(), f.Seqno())
	}
	expect(invariant.I3, "Signaled, in a callback", f.Signaled(), true)
	on.due = on.due[1:]
	n.armed, n.runs = false, true
	m.ran++
	m.depth++
	if m.depth <= partNesting && m.ops.more() {
		done, count := m.ops.next()
		for range count % 3 {
			if m.ops.more() {
				m.do()
			}
		}
		if done&1 != 0 {
			n.done()
			if f := &m.fences[int(count)%partFences]; done&2 != 0 && f.life.refs > 0 {
				// Linked elsewhere, and run from there, before those behind it here.
				m.arm(f, n)
				m.signal(f, fence.OK, false)
			}
			for range count / 3 % 3 {
				if m.ops.more() {
					m.do()
				}
			}
		}
	}
	m.depth--
	if n.runs {
		n.on, n.runs = nil, false
	}
}

// done ends a run before its end.
func (n *partNode) done() {
	n.on, n.runs = nil, false
	n.Done()
}

// end signals everything and drops every reference: each owner is told.
func (m *fenceModel) end() {
	m.ops.at = len(m.ops.data)
	for i := range m.fences {
		if f := &m.fences[i]; f.life.refs > 0 && !f.signaled {
			m.signal(f, fence.OK, false)
		}
	}
	for i := range m.nodes {
		if m.nodes[i].armed {
			breaks(invariant.L1, "a callback is armed, and everything has signalled")
		}
	}
	for i := range m.fences {
		for f := &m.fences[i]; f.life.refs > 0; {
			m.put(f)
		}
	}
}

package target

import (
	"fmt"
	"slices"

	"credence/core/credit"
	"credence/core/fence"
	"credence/core/invariant"
	"credence/core/spsc"
	"credence/fuzz/oracle"
)

// MaxPartOps bounds what one input does to a part of the core alone: two bytes
// are one operation.
const MaxPartOps = 4096

// partOps calls do for each operation of data: its kind, below kinds, and an
// argument.
func partOps(data []byte, kinds byte, do func(kind, arg byte)) {
	for i := 0; i+1 < len(data) && i < 2*MaxPartOps; i += 2 {
		do(data[i]%kinds, data[i+1])
	}
}

func breaks(id invariant.ID, format string, args ...any) {
	panic(&oracle.Violation{Rule: id.String(), Detail: fmt.Sprintf(format, args...)})
}

// Spsc runs operations on a queue and on a slice beside it. The first byte is the
// capacity.
func Spsc(data []byte) (interesting bool, f *Finding) {
	return guard("spsc", func() bool {
		if len(data) == 0 {
			return false
		}
		q := spsc.New[int](1 + int(data[0]))
		m := &queueModel{q: q}
		partOps(data[1:], 7, m.do)
		return m.popped > 0
	})
}

// queueModel is a queue and what it must hold.
type queueModel struct {
	q                      *spsc.Queue[int]
	want                   []int
	next, reserved, popped int
}

func (m *queueModel) do(kind, arg byte) {
	q := m.q
	switch kind {
	case 0:
		m.pushed(q.TryPush(m.next), "TryPush")
	case 1:
		ok := q.Reserve()
		if !ok && m.reserved+len(m.want) < q.Cap() {
			breaks(invariant.L2, "no slot of %d, %d reserved and %d queued", q.Cap(), m.reserved, len(m.want))
		}
		if ok {
			m.reserved++
		}
	case 2:
		if m.reserved > 0 {
			m.reserved--
			q.Push(m.next)
			m.pushed(true, "Push")
		}
	case 3:
		if m.reserved > 0 {
			m.reserved--
			q.Unreserve()
		}
	case 4:
		v, ok := q.Pop()
		m.take(v, ok)
	case 5:
		v, ok := q.Peek()
		if ok != (len(m.want) > 0) || ok && v != m.want[0] {
			breaks(invariant.I2, "Peek returns %d, %t with %v queued", v, ok, m.want)
		}
	case 6:
		dst := make([]int, arg%16)
		n := q.PopBatch(dst)
		if n != min(len(dst), len(m.want)) {
			breaks(invariant.I2, "PopBatch returns %d of %d, %d queued", n, len(dst), len(m.want))
		}
		for _, v := range dst[:n] {
			m.take(v, true)
		}
	}
	if n := q.Queued(); n != len(m.want) {
		breaks(invariant.I8, "%d queued, not %d", n, len(m.want))
	}
}

func (m *queueModel) pushed(ok bool, how string) {
	if !ok && m.reserved+len(m.want) < m.q.Cap() {
		breaks(invariant.L2, "%s fails, %d reserved and %d queued of %d", how, m.reserved, len(m.want),
			m.q.Cap())
	}
	if ok {
		m.want = append(m.want, m.next)
		m.next++
	}
}

func (m *queueModel) take(v int, ok bool) {
	if ok != (len(m.want) > 0) || ok && v != m.want[0] {
		breaks(invariant.I2, "Pop returns %d, %t with %v queued", v, ok, m.want)
	}
	if ok {
		m.want = m.want[1:]
		m.popped++
	}
}

// creditLimits are those of the lanes; the first is the counter's too.
var creditLimits = [credit.MaxLanes]uint32{7, 3, 126, 1, 1278, 5}

// Credit takes from and returns to a counter and lanes, with plain numbers beside
// them.
func Credit(data []byte) (interesting bool, f *Finding) {
	return guard("credit", func() bool {
		m := &creditModel{}
		if err := m.counter.Init(creditLimits[0]); err != nil {
			panic(err)
		}
		if err := m.lanes.Init(creditLimits[:]...); err != nil {
			panic(err)
		}
		partOps(data, 4, m.do)
		return m.returned
	})
}

// creditModel is a counter and lanes, and what was taken of them.
type creditModel struct {
	counter  credit.Counter
	lanes    credit.Lanes
	taken    []uint32
	vecs     []credit.Vec
	used     [credit.MaxLanes]uint32
	returned bool
}

func (m *creditModel) do(kind, arg byte) {
	switch kind {
	case 0:
		n := 1 + uint32(arg)%creditLimits[0]
		sum := n
		for _, x := range m.taken {
			sum += x
		}
		if ok := m.counter.TryTake(n); ok != (sum <= creditLimits[0]) {
			breaks(invariant.I1, "TryTake(%d) is %t with %v taken of %d", n, ok, m.taken, creditLimits[0])
		} else if ok {
			m.taken = append(m.taken, n)
		}
	case 1:
		if n := len(m.taken); n > 0 {
			i := int(arg) % n
			m.counter.Return(m.taken[i])
			m.taken = slices.Delete(m.taken, i, i+1)
			m.returned = true
		}
	case 2:
		m.takeLanes(arg)
	case 3:
		if n := len(m.vecs); n > 0 {
			i := int(arg) % n
			m.lanes.Return(m.vecs[i])
			for k := range m.used {
				m.used[k] -= m.vecs[i].Lane(k)
			}
			m.vecs = slices.Delete(m.vecs, i, i+1)
			m.returned = true
		}
	}
	for k, want := range m.used {
		if n := m.lanes.InFlight().Lane(k); n != want {
			breaks(invariant.I1, "%d in flight in lane %d, not %d", n, k, want)
		}
	}
}

// takeLanes takes a cost in the lanes that arg has bits for.
func (m *creditModel) takeLanes(arg byte) {
	cost := make([]uint32, credit.MaxLanes)
	fits, any := true, false
	for k := range cost {
		if arg&(1<<k) != 0 {
			cost[k] = 1 + uint32(arg>>6)*creditLimits[k]/4
			any = true
		}
		fits = fits && m.used[k]+cost[k] <= creditLimits[k]
	}
	v, err := credit.Pack(cost...)
	if err != nil {
		panic(err)
	}
	if !any {
		return
	}
	if ok := m.lanes.TryTake(v); ok != fits {
		breaks(invariant.I1, "TryTake(%s) is %t with %v used of %v", v, ok, m.used, creditLimits)
	} else if ok {
		m.vecs = append(m.vecs, v)
		for k := range m.used {
			m.used[k] += cost[k]
		}
	}
}

// partFences is how many fences, and callbacks on each, an input of Fence has.
const partFences, partCallbacks = 4, 4

// Fence signals fences and arms, takes back and runs callbacks, with lists beside
// them.
func Fence(data []byte) (interesting bool, f *Finding) {
	return guard("fence", func() bool {
		m := newFenceModel()
		partOps(data, 5, m.do)
		return m.ran > 0
	})
}

// fenceModel is fences with callbacks, and who must run when.
type fenceModel struct {
	fences  [partFences]fence.Single
	nodes   [partFences][partCallbacks]fence.Callback
	armed   [partFences][partCallbacks]bool
	errs    [partFences]fence.Errno
	refs    [partFences]int
	ran     int
	running []int // what the present signal has run
}

func newFenceModel() *fenceModel {
	m := &fenceModel{}
	for i := range m.fences {
		m.fences[i].Init(fence.Context(i+1), 1, nil)
		m.refs[i] = 1
		for k := range m.nodes[i] {
			m.nodes[i][k].Init(m)
		}
	}
	return m
}

// FenceSignaled notes which callback runs.
func (m *fenceModel) FenceSignaled(f *fence.Fence, cb *fence.Callback) {
	i := int(f.Context()) - 1
	for k := range m.nodes[i] {
		if cb == &m.nodes[i][k] {
			m.running = append(m.running, k)
		}
	}
	m.ran++
}

func (m *fenceModel) do(kind, arg byte) {
	i, k := int(arg)%partFences, int(arg)/partFences%partCallbacks
	f := &m.fences[i].Fence
	switch kind {
	case 0:
		m.arm(i, k)
	case 1:
		if !m.armed[i][k] {
			return
		}
		if !m.nodes[i][k].Disarm() {
			breaks(invariant.I3, "callback %d of fence %d is armed, and Disarm comes too late", k, i)
		}
		m.armed[i][k] = false
	case 2:
		m.signal(i, fence.Errno(arg>>4))
	case 3:
		if !f.Signaled() {
			m.errs[i] = fence.Errno(arg >> 4)
			f.SetError(m.errs[i])
		}
	case 4:
		f.Get()
		m.refs[i]++
	}
	if f.Refs() != m.refs[i] || f.Err() != m.errs[i] {
		breaks(invariant.I10, "fence %d has %d references, %v; want %d, %v", i, f.Refs(), f.Err(),
			m.refs[i], m.errs[i])
	}
}

// arm arms a callback. One armed again keeps its place if it is still linked.
func (m *fenceModel) arm(i, k int) {
	f := &m.fences[i].Fence
	if m.armed[i][k] {
		return
	}
	want := fence.Armed
	if f.Signaled() {
		want = fence.AlreadySignaled
	}
	if got := f.Arm(&m.nodes[i][k]); got != want {
		breaks(invariant.I3, "Arm of callback %d on fence %d returns %d, not %d", k, i, got, want)
	}
	m.armed[i][k] = want == fence.Armed
}

// signal signals a fence: each armed callback runs once, and nobody else.
func (m *fenceModel) signal(i int, err fence.Errno) {
	f := &m.fences[i].Fence
	first := !f.Signaled()
	if first && err != fence.OK {
		m.errs[i] = err
	}
	m.running = nil
	if got := f.SignalError(err); got != first {
		breaks(invariant.I3, "SignalError of fence %d returns %t, not %t", i, got, first)
	}
	slices.Sort(m.running)
	var want []int
	for k, armed := range m.armed[i] {
		if armed && first {
			want = append(want, k)
		}
	}
	if !slices.Equal(m.running, want) {
		breaks(invariant.I3, "the signal of fence %d runs callbacks %v, not %v", i, m.running, want)
	}
	if first {
		m.armed[i] = [partCallbacks]bool{}
	}
}

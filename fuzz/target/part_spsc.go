package target

import (
	"runtime"
	"slices"
	"weak"

	"credence/core/invariant"
	"credence/core/spsc"
)

// Spsc runs operations on a queue and on a slice beside it. The first byte is the
// capacity: for half of its values one of the 16 smallest.
func Spsc(data []byte) (interesting bool, f *Finding) {
	return guard("spsc", func() bool {
		if len(data) == 0 {
			return false
		}
		capacity := 1 + int(data[0])
		if data[0] < 128 {
			capacity = 1 + int(data[0])%16
		}
		m := &queueModel{q: spsc.New[*queueItem](capacity)}
		partOps(data[1:], 14, m.do)
		m.empty()
		m.collect(data[0])
		return m.popped > 0
	})
}

// queueItem is a number in memory of its own, too large to share it with others,
// so that whoever keeps it is seen.
type queueItem struct {
	n int
	_ [3]int
}

// queueModel is a queue and what it must hold.
type queueModel struct {
	q                      *spsc.Queue[*queueItem]
	want                   []*queueItem
	next, reserved, popped int
	gone                   []weak.Pointer[queueItem]
	batch                  [40]*queueItem
}

func (m *queueModel) do(kind, arg byte) {
	switch {
	case kind < 6:
		m.produce(kind, arg)
	default:
		m.consume(kind, arg)
	}
	// Len counts slots that are withheld, less than an eighth of the capacity.
	n, most := m.q.Len(), len(m.want)+max(1, (m.q.Cap()-1)/8)-1
	if n < len(m.want) || n > most {
		breaks(invariant.I8, "Len is %d, %d queued of %d", n, len(m.want), m.q.Cap())
	}
}

func (m *queueModel) produce(kind, arg byte) {
	q := m.q
	switch kind {
	case 0, 1:
		m.pushed(1, b2i(q.TryPush(m.item())), "TryPush")
	case 2:
		ok := q.Reserve()
		if !ok && m.reserved+len(m.want) < q.Cap() {
			breaks(invariant.L2, "no slot of %d, %d reserved and %d queued", q.Cap(), m.reserved, len(m.want))
		}
		m.reserved += b2i(ok)
	case 3:
		if m.reserved > 0 {
			m.reserved--
			q.Push(m.item())
			m.pushed(1, 1, "Push")
		}
	case 4:
		if m.reserved > 0 {
			m.reserved--
			q.Unreserve()
		}
	case 5:
		vs := m.batch[:int(arg)%len(m.batch)]
		for i := range vs {
			vs[i] = &queueItem{n: m.next + i}
		}
		n := q.PushBatch(vs)
		if n < 0 || n > len(vs) {
			breaks(invariant.L2, "PushBatch of %d returns %d", len(vs), n)
		}
		pushed := slices.Clone(vs[:n])
		clear(m.batch[:])
		m.pushed(len(vs), n, "PushBatch")
		copy(m.want[len(m.want)-n:], pushed)
	}
}

func (m *queueModel) consume(kind, arg byte) {
	q := m.q
	some := len(m.want) > 0
	switch kind {
	case 6, 7:
		v, ok := q.Pop()
		m.take(v, ok, "Pop")
	case 8:
		v, ok := q.Peek()
		m.same(v, ok, 0, "Peek")
	case 9:
		dst := m.batch[:int(arg)%16]
		n := q.PopBatch(dst)
		expect(invariant.I2, "what PopBatch returns", n, min(len(dst), len(m.want)))
		for _, v := range dst[:n] {
			m.take(v, true, "PopBatch")
		}
		clear(m.batch[:])
	case 10, 11: // Advance, behind a look that has found something
		if v, ok := q.Peek(); ok {
			m.same(v, ok, 0, "Peek")
			v, ok = q.Advance()
			m.drop()
			m.same(v, ok, 0, "Advance")
		}
	case 12:
		if arg < 128 {
			expect(invariant.L1, "Empty", q.Empty(), !some)
		} else {
			expect(invariant.L1, "Await", q.Await(int(arg)%4), some)
		}
	case 13:
		if arg < 32 { // seldom: it looks at the tail, which others do not
			expect(invariant.I8, "Queued", q.Queued(), len(m.want))
		}
		i := 0
		q.Each(func(v *queueItem) bool {
			m.same(v, true, i, "Each")
			i++
			return i < 1+int(arg)%8
		})
	}
}

// item returns the next one, which pushed then counts.
func (m *queueModel) item() *queueItem {
	m.batch[0] = &queueItem{n: m.next}
	return m.batch[0]
}

// pushed notes that n of wanted items are queued: all if there is room for them.
func (m *queueModel) pushed(wanted, n int, how string) {
	if room := m.q.Cap() - m.reserved - len(m.want); n < min(wanted, room) {
		breaks(invariant.L2, "%s takes %d of %d, %d reserved and %d queued of %d", how, n, wanted,
			m.reserved, len(m.want), m.q.Cap())
	}
	for range n {
		m.want = append(m.want, m.batch[0])
		m.next++
	}
	m.batch[0] = nil
}

// same compares what a call returned with item i.
func (m *queueModel) same(v *queueItem, ok bool, i int, how string) {
	switch {
	case ok != (i < len(m.want)):
		breaks(invariant.I2, "%s says %t with %d queued", how, ok, len(m.want))
	case ok && v != m.want[i]:
		breaks(invariant.I2, "%s returns another item than number %d", how, m.want[i].n)
	}
}

func (m *queueModel) take(v *queueItem, ok bool, how string) {
	m.same(v, ok, 0, how)
	if ok {
		m.drop()
	}
}

func (m *queueModel) drop() {
	m.gone = append(m.gone, weak.Make(m.want[0]))
	m.want[0] = nil
	m.want = m.want[1:]
	m.popped++
}

// empty takes everything out; then the whole capacity is there.
func (m *queueModel) empty() {
	for len(m.want) > 0 {
		v, ok := m.q.Pop()
		m.take(v, ok, "Pop")
	}
	expect(invariant.L1, "Empty", m.q.Empty(), true)
	for ; m.reserved < m.q.Cap(); m.reserved++ {
		if !m.q.Reserve() {
			breaks(invariant.L2, "an empty queue of %d has no slot beside %d", m.q.Cap(), m.reserved)
		}
	}
}

// collectEvery is in how many inputs the garbage collector is asked whether the
// queue keeps what has left it.
const collectEvery = 64

func (m *queueModel) collect(salt byte) {
	if m.popped%collectEvery != int(salt)%collectEvery {
		return
	}
	runtime.GC()
	for _, w := range m.gone {
		if v := w.Value(); v != nil {
			breaks(invariant.I5, "item %d has left the queue, which still reaches it", v.n)
		}
	}
	runtime.KeepAlive(m.q)
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

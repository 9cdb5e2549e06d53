package target

import (
	"errors"
	"slices"

	"credence/core/credit"
	"credence/core/invariant"
)

// creditLimits are what the first bytes of an input choose from.
var creditLimits = [...]uint32{7, 3, 126, 1, 1278, 5, 2, credit.MaxLane}

// Credit takes from and returns to a counter and lanes, with plain numbers beside
// them. The first byte says which limits they have.
func Credit(data []byte) (interesting bool, f *Finding) {
	return guard("credit", func() bool {
		if len(data) == 0 {
			return false
		}
		m := &creditModel{}
		for i := range m.limits {
			m.limits[i] = creditLimits[(int(data[0])+i*(1+int(data[0]>>3)))%len(creditLimits)]
		}
		if err := m.counter.Init(m.limits[0]); err != nil {
			panic(err)
		}
		if err := m.lanes.Init(m.limits[:]...); err != nil {
			panic(err)
		}
		partOps(data[1:], 8, m.do)
		return m.returned
	})
}

// creditModel is a counter and lanes, and what was taken of them.
type creditModel struct {
	counter  credit.Counter
	lanes    credit.Lanes
	limits   [credit.MaxLanes]uint32
	sum      uint32 // taken of the counter
	taken    []uint32
	vecs     []credit.Vec
	used     [credit.MaxLanes]uint32
	returned bool
}

func (m *creditModel) do(kind, arg byte) {
	switch kind {
	case 0, 1:
		m.takeCounter(kind, arg)
	case 2:
		if n := len(m.taken); n > 0 {
			i := int(arg) % n
			m.counter.Return(m.taken[i])
			m.sum -= m.taken[i]
			m.taken = slices.Delete(m.taken, i, i+1)
			m.returned = true
		}
	case 3, 4:
		m.takeLanes(kind, arg)
	case 5:
		if n := len(m.vecs); n > 0 {
			i := int(arg) % n
			m.lanes.Return(m.vecs[i])
			for k := range m.used {
				m.used[k] -= m.vecs[i].Lane(k)
			}
			m.vecs = slices.Delete(m.vecs, i, i+1)
			m.returned = true
		}
	case 6:
		m.look()
	case 7:
		m.refused(arg)
	}
}

// cost returns one of 1 to limit: mostly small, or nearly all.
func cost(arg byte, limit uint32) uint32 {
	switch arg >> 6 {
	case 0:
		return 1 + uint32(arg)%min(limit, 4)
	case 1:
		return limit - uint32(arg)%min(limit, 4)
	}
	return 1 + uint32(arg)*limit/256
}

func (m *creditModel) takeCounter(kind, arg byte) {
	n := cost(arg, m.limits[0])
	fits, c := m.sum+n <= m.limits[0], &m.counter
	if c.Known(n) && !fits {
		breaks(invariant.I1, "%d of %d known to be free with %d taken", n, m.limits[0], m.sum)
	}
	if kind == 0 {
		expect(invariant.I1, "TryTake of the counter", c.TryTake(n), fits)
	} else {
		if expect(invariant.I1, "Fits of the counter", c.Fits(n), fits); fits {
			expect(invariant.I1, "Known after Fits", c.Known(n), true)
			c.Take(n)
		}
	}
	if fits {
		m.taken = append(m.taken, n)
		m.sum += n
	}
}

// takeLanes takes a cost in the lanes that arg has bits for.
func (m *creditModel) takeLanes(kind, arg byte) {
	amounts := make([]uint32, credit.MaxLanes)
	fits, any := true, false
	for k := range amounts {
		if arg&(1<<k) != 0 {
			amounts[k] = cost(arg+byte(37*k), m.limits[k])
			any = true
		}
		fits = fits && m.used[k]+amounts[k] <= m.limits[k]
	}
	v, err := credit.Pack(amounts...)
	if err != nil {
		panic(err)
	}
	for k, n := range amounts {
		expect(invariant.I1, "a lane of what was packed", v.Lane(k), n)
	}
	if !any {
		return
	}
	if kind == 3 {
		expect(invariant.I1, "TryTake of the lanes", m.lanes.TryTake(v), fits)
	} else {
		if expect(invariant.I1, "Fits of the lanes", m.lanes.Fits(v), fits); fits {
			m.lanes.Take(v)
		}
	}
	if fits {
		m.vecs = append(m.vecs, v)
		for k := range m.used {
			m.used[k] += amounts[k]
		}
	}
}

// look compares what is in flight, which is asked seldom: it may look at what came
// back.
func (m *creditModel) look() {
	expect(invariant.I1, "in flight of the counter", m.counter.InFlight(), m.sum)
	v := m.lanes.InFlight()
	for k, want := range m.used {
		if n := v.Lane(k); n != want {
			breaks(invariant.I1, "%d in flight in lane %d, not %d of %d", n, k, want, m.limits[k])
		}
	}
}

// refused holds what could never be taken.
func (m *creditModel) refused(arg byte) {
	k := int(arg) % credit.MaxLanes
	amounts := make([]uint32, credit.MaxLanes)
	n := m.limits[k] + uint32(arg>>4) // one too many and more, or just the limit
	if n > credit.MaxLane {
		if _, err := credit.Pack(n); !errors.Is(err, credit.ErrCost) {
			breaks(invariant.I1, "a lane of %d is packed: %v", n, err)
		}
		return
	}
	amounts[k] = n
	v, err := credit.Pack(amounts...)
	if err != nil {
		panic(err)
	}
	over := n > m.limits[k]
	if err := m.lanes.Check(v); errors.Is(err, credit.ErrCost) != over {
		breaks(invariant.I1, "Check of %d in lane %d of %d: %v", n, k, m.limits[k], err)
	}
	if err := m.counter.Check(n); errors.Is(err, credit.ErrCost) != (n > m.limits[0]) {
		breaks(invariant.I1, "Check of %d of %d: %v", n, m.limits[0], err)
	}
	w, err := v.Add(v)
	if errors.Is(err, credit.ErrCost) != (2*n > credit.MaxLane) || err == nil && w.Lane(k) != 2*n {
		breaks(invariant.I1, "%v and itself is %v, %v", v, w, err)
	}
	if !errors.Is(m.counter.Check(0), credit.ErrZeroCost) ||
		!errors.Is(m.lanes.Check(credit.Vec{}), credit.ErrZeroCost) {
		breaks(invariant.I1, "a cost of nothing passes")
	}
}

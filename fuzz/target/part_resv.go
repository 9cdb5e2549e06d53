package target

import (
	"credence/core/fence"
	"credence/core/invariant"
	"credence/core/sched"
)

// resvFences is how many fences an input of Resv has, on resvContexts timelines.
const resvFences, resvContexts = 12, 5

// Resv adds fences to a reservation object and asks for them, with a list beside
// it.
func Resv(data []byte) (interesting bool, f *Finding) {
	return guard("resv", func() bool {
		m := newResvModel()
		m.resv.Lock(nil)
		partOps(data, 8, m.do)
		m.resv.Release()
		m.uses = nil
		m.compare(sched.UsageBookkeep)
		m.resv.Unlock()
		for i := range m.fences {
			expect(invariant.I10, "references of a fence that was released", m.fences[i].Refs(), 1)
		}
		return m.seen > 0
	})
}

// resvModel is a reservation, and what it must hold.
type resvModel struct {
	resv   sched.Resv
	fences [resvFences]fence.Single
	uses   []resvUse
	room   int
	seen   int
}

type resvUse struct {
	fence *fence.Fence
	usage sched.Usage
}

func newResvModel() *resvModel {
	m := &resvModel{}
	for i := range m.fences {
		m.fences[i].Init(fence.Context(1+i%resvContexts), uint64(1+i/resvContexts), nil)
	}
	return m
}

func (m *resvModel) do(kind, arg byte) {
	f := &m.fences[int(arg)%resvFences].Fence
	u := sched.Usage(arg / resvFences % 4)
	switch kind {
	case 0:
		n := 1 + int(arg)%4
		m.resv.Reserve(n, nil)
		m.room = max(m.room, n)
		m.prune()
	case 1, 2, 3:
		if m.room == 0 {
			m.resv.Reserve(1, nil)
			m.room = 1
			m.prune()
		}
		m.room--
		m.resv.Add(f, u)
		m.add(f, u)
	case 4:
		f.Signal()
	case 5:
		m.compare(u)
	case 6:
		m.job(arg >= 128)
	case 7:
		if arg < 16 {
			m.resv.Release()
			m.uses, m.room = nil, 0
		}
	}
	m.references()
}

// prune drops what has signalled.
func (m *resvModel) prune() {
	kept := []resvUse(nil)
	for _, x := range m.uses {
		if !x.fence.Signaled() {
			kept = append(kept, x)
		}
	}
	m.uses = kept
}

// add puts a fence in the place of one that it follows with no less importance,
// or of one that has signalled, or at the end.
func (m *resvModel) add(f *fence.Fence, u sched.Usage) {
	for i, x := range m.uses {
		follows := x.fence.Context() == f.Context() && x.usage >= u && x.fence.Seqno() <= f.Seqno()
		if follows || x.fence.Signaled() {
			m.uses[i] = resvUse{f, u}
			return
		}
	}
	m.uses = append(m.uses, resvUse{f, u})
}

// compare asks for all that a wait for u waits for.
func (m *resvModel) compare(u sched.Usage) {
	var want []*fence.Fence
	all := true
	for _, x := range m.uses {
		if x.usage <= u {
			want = append(want, x.fence)
			all = all && x.fence.Signaled()
		}
	}
	n := 0
	m.resv.Each(u, func(f *fence.Fence) bool {
		if n == len(want) || want[n] != f {
			breaks(invariant.I6, "a wait for %d waits for fence %d:%d in place %d of %d", u, f.Context(),
				f.Seqno(), n, len(want))
		}
		n++
		return true
	})
	expect(invariant.I6, "fences that are waited for", n, len(want))
	expect(invariant.I6, "Signaled of the reservation", m.resv.Signaled(u), all)
	m.seen += n
}

// references compares those that the reservation holds.
func (m *resvModel) references() {
	for i := range m.fences {
		want := 1
		for _, x := range m.uses {
			if x.fence == &m.fences[i].Fence {
				want++
			}
		}
		expect(invariant.I10, "references of a fence", m.fences[i].Refs(), want)
	}
}

// job asks which fences a job that reads or writes has to wait for.
func (m *resvModel) job(write bool) {
	u := sched.UsageWrite
	if write {
		u = sched.UsageRead
	}
	expect(invariant.I6, "what an access waits for", sched.WaitUsage(write), u)
	s := newMisused()
	j := s.job()
	j.AddImplicitDependencies(&m.resv, write)
	for i := range m.fences {
		f, want := &m.fences[i].Fence, false
		for _, x := range m.uses {
			want = want || x.fence == f && x.usage <= u
		}
		for _, x := range m.uses { // of one timeline the latest counts
			want = want && !(x.usage <= u && x.fence.Context() == f.Context() && x.fence.Seqno() > f.Seqno())
		}
		expect(invariant.I6, "HasDependency", j.HasDependency(f), want)
	}
	j.Cleanup()
}

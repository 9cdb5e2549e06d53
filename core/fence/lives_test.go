package fence_test

import (
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"credence/core/fence"
)

// pooled is a fence that its owner readies again as soon as it is released, so
// that those who reach it without a reference meet any life of it.
type pooled struct {
	fence.Single
	life    *gate // of the fence as it is
	visited *gate // the latest life that somebody holds or held
	stop    atomic.Bool
}

func (p *pooled) FenceReleased(*fence.Base) {
	life := p.life.n.Load() + 1
	p.Init(1, uint64(life), p)
	p.life.raise(life)
}

// visit is the round of one who has no reference: it tries for one, once a
// life, and has its callback watch that life.
func (p *pooled) visit(t *testing.T, w *watched) {
	life := int64(0)
	for n := 0; !p.stop.Load(); n++ {
		p.life.await(life + 1)
		if !p.TryGet() {
			runtime.Gosched()
			continue
		}
		life = int64(p.Seqno())
		p.visited.raise(life)
		if w.arm(&p.Fence) == fence.Armed {
			for n%3 != 0 && !p.Signaled() && !p.stop.Load() {
				runtime.Gosched()
			}
			w.disarm()
		}
		if int64(p.Seqno()) != life {
			t.Errorf("life %d became %d under a reference", life, p.Seqno())
		}
		p.Put()
	}
}

// A TryGet that succeeds holds the life that it got, while the fence is
// signalled, released and readied again under it.
func TestTryGetAcrossLives(t *testing.T) {
	p := pooled{life: newGate(), visited: newGate()}
	p.FenceReleased(nil)
	var all sync.WaitGroup
	ws := make([]watched, 3)
	for i := range ws {
		w := &ws[i]
		w.Init(w)
		w.early = i == 0
		all.Go(func() { p.visit(t, w) })
	}
	// The one who signals has the reference of each life in turn.
	for life := int64(1); life <= raceRounds; life++ {
		p.visited.await(life)
		stagger(int(life) * 31)
		if !p.SignalPut(fence.OK) {
			t.Fatalf("somebody else signalled life %d", life)
		}
		p.life.await(life + 1)
	}
	p.stop.Store(true)
	p.life.raise(1 << 62)
	all.Wait()
	var armed, disarms int
	for i := range ws {
		ws[i].settle(t)
		armed += ws[i].armed
		disarms += ws[i].disarms
	}
	t.Logf("%d armed, %d disarmed in time", armed, disarms)
	if armed == 0 || disarms == 0 || armed == disarms {
		t.Error("the lives never met their visitors")
	}
}

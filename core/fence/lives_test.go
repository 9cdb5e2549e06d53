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
	lives atomic.Uint64
}

func (p *pooled) FenceReleased(*fence.Base) {
	life := p.lives.Load() + 1
	p.Init(1, life, p)
	p.lives.Store(life)
}

// A TryGet that succeeds holds the life that it got, while the fence is
// signalled, released and readied again under it.
func TestTryGetAcrossLives(t *testing.T) {
	var p pooled
	p.FenceReleased(nil)
	var stop atomic.Bool
	var visited atomic.Uint64 // the latest life that somebody holds or held
	var all sync.WaitGroup
	ws := make([]watched, 3)
	for i := range ws {
		w := &ws[i]
		w.Init(w)
		w.early = i == 0
		all.Go(func() {
			var life uint64
			for n := 0; !stop.Load(); n++ {
				// Once a life, or its references would never come to an end.
				if p.lives.Load() == life || !p.TryGet() {
					runtime.Gosched()
					continue
				}
				life = p.Seqno()
				visited.Store(life)
				if w.arm(&p.Fence) == fence.Armed {
					for n%3 != 0 && !p.Signaled() && !stop.Load() {
						runtime.Gosched()
					}
					w.disarm()
				}
				if p.Seqno() != life {
					t.Errorf("life %d became %d under a reference", life, p.Seqno())
				}
				p.Put()
			}
		})
	}
	// The one who signals has the reference of each life in turn.
	for n := range raceRounds {
		life := p.lives.Load()
		for visited.Load() < life {
			runtime.Gosched()
		}
		stagger(n * 31)
		if !p.SignalPut(fence.OK) {
			t.Fatalf("somebody else signalled life %d", life)
		}
		for p.lives.Load() == life {
			runtime.Gosched()
		}
	}
	stop.Store(true)
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

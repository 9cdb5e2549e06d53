package micro_test

import (
	"fmt"
	"sync/atomic"
	"testing"

	"credence/core/credit"
	"credence/core/xatomic"
)

// creditLimits are that of one job after another with one in reserve, where the
// holder runs short at every other take, and that of a firmware queue.
var creditLimits = []uint32{2, 127}

// BenchmarkCredit asks what a take and its return cost one goroutine, with all
// looks at what came back included: the holder knows of limit credits, and looks
// when these are used up. lanes3 is a cost in three lanes of one word, lanes6 in
// six of two. atomic-add is the anchor, a word that is added to and subtracted
// from, and bounds nothing.
func BenchmarkCredit(b *testing.B) {
	for _, limit := range creditLimits {
		name := func(t string) string { return fmt.Sprintf("type=%s/limit=%d/ends=1", t, limit) }
		b.Run(name("atomic-add"), addAndSubtract)
		b.Run(name("counter"), func(b *testing.B) {
			c, refused := newMicroCounter(b, limit), 0
			b.ReportAllocs()
			for b.Loop() {
				if !c.TryTake(1) {
					refused++
				}
				c.Return(1)
			}
			if refused > 0 || c.InFlight() != 0 {
				b.Errorf("%d refused, %d in flight", refused, c.InFlight())
			}
		})
		for _, lanes := range []int{3, 6} {
			b.Run(name(fmt.Sprintf("lanes%d", lanes)), func(b *testing.B) {
				l, cost := newMicroLanes(b, limit, lanes)
				refused := 0
				b.ReportAllocs()
				for b.Loop() {
					if !l.TryTake(cost) {
						refused++
					}
					l.Return(cost)
				}
				if refused > 0 || l.InFlight() != (credit.Vec{}) {
					b.Errorf("%d refused, %v in flight", refused, l.InFlight())
				}
			})
		}
	}
}

func addAndSubtract(b *testing.B) {
	var word atomic.Int64
	b.ReportAllocs()
	for b.Loop() {
		word.Add(1)
		word.Add(-1)
	}
	if word.Load() != 0 {
		b.Errorf("%d is left", word.Load())
	}
}

// BenchmarkCreditAcross asks how long a take lasts when another goroutine
// returns, as completions do, and the holder goes as far as the limit lets it.
// The anchor takes with a load and an add to one word that both ends write.
func BenchmarkCreditAcross(b *testing.B) {
	for _, limit := range creditLimits {
		name := func(t string) string { return fmt.Sprintf("type=%s/limit=%d/ends=2", t, limit) }
		b.Run(name("atomic-add"), func(b *testing.B) {
			var word atomic.Int64
			r := newRelay(limit, func() { word.Add(-1) })
			for b.Loop() {
				for looks := 0; word.Load() >= int64(limit); looks = pause(looks) {
					r.publish()
				}
				word.Add(1)
				r.took()
			}
			r.finish()
			if word.Load() != 0 {
				b.Errorf("%d is left", word.Load())
			}
		})
		b.Run(name("counter"), func(b *testing.B) {
			c := newMicroCounter(b, limit)
			r := newRelay(limit, func() { c.Return(1) })
			for b.Loop() {
				for looks := 0; !c.TryTake(1); looks = pause(looks) {
					r.publish()
				}
				r.took()
			}
			r.finish()
			if c.InFlight() != 0 {
				b.Errorf("%d in flight", c.InFlight())
			}
		})
		for _, lanes := range []int{3, 6} {
			b.Run(name(fmt.Sprintf("lanes%d", lanes)), func(b *testing.B) {
				l, cost := newMicroLanes(b, limit, lanes)
				r := newRelay(limit, func() { l.Return(cost) })
				for b.Loop() {
					for looks := 0; !l.TryTake(cost); looks = pause(looks) {
						r.publish()
					}
					r.took()
				}
				r.finish()
				if l.InFlight() != (credit.Vec{}) {
					b.Errorf("%v in flight", l.InFlight())
				}
			})
		}
	}
}

// relay tells another goroutine how many credits were taken, as jobs do in a
// scheduler, and has it return them. It publishes about four times a limit, so
// that it does not outweigh what is measured, and when the holder is short.
type relay struct {
	taken, told, every uint64
	_                  xatomic.Pad
	published          atomic.Uint64
	_                  xatomic.Pad
	stop               atomic.Bool
	done               chan struct{}
}

// newRelay starts the goroutine that calls back once for each credit.
func newRelay(limit uint32, back func()) *relay {
	r := &relay{every: max(1, uint64(limit)/4), done: make(chan struct{})}
	go func() {
		defer close(r.done)
		for returned, looks := uint64(0), 0; ; {
			last := r.stop.Load()
			taken := r.published.Load()
			if returned == taken {
				if last {
					return
				}
				looks = pause(looks)
				continue
			}
			for ; returned < taken; returned++ {
				back()
			}
			looks = 0
		}
	}()
	return r
}

// took notes one credit taken.
func (r *relay) took() {
	if r.taken++; r.taken-r.told >= r.every {
		r.publish()
	}
}

// publish lets the other goroutine return all that was taken.
func (r *relay) publish() {
	if r.told != r.taken {
		r.told = r.taken
		r.published.Store(r.taken)
	}
}

// finish waits until everything taken is back.
func (r *relay) finish() {
	r.publish()
	r.stop.Store(true)
	<-r.done
}

func newMicroCounter(b *testing.B, limit uint32) *credit.Counter {
	c := new(credit.Counter)
	if err := c.Init(limit); err != nil {
		b.Fatal(err)
	}
	return c
}

// newMicroLanes returns six lanes of the same limit and a cost of one in the
// first n of them.
func newMicroLanes(b *testing.B, limit uint32, n int) (*credit.Lanes, credit.Vec) {
	l := new(credit.Lanes)
	if err := l.Init(limit, limit, limit, limit, limit, limit); err != nil {
		b.Fatal(err)
	}
	cost := [credit.MaxLanes]uint32{1, 1, 1, 1, 1, 1}
	v, err := credit.Pack(cost[:n]...)
	if err != nil {
		b.Fatal(err)
	}
	return l, v
}

package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"runtime/debug"
	"time"
)

// A sample is one measurement of a row between two raw ping-pongs.
type sample struct {
	row    *row
	regime regime
	n      int     // operations
	ns     float64 // nanoseconds per operation
	raw    float64 // nanoseconds per raw round trip: mean of before and after
	yields int64   // times an end gave up its processor
	wakes  float64 // times that a worker had to be woken, per operation
}

// A subject is a row with what is known of its speed.
type subject struct {
	*row
	last float64             // nanoseconds per operation, latest sample
	at   [numRegimes]float64 // the same by regime, 0 if not seen yet
}

// operations returns how many operations of s fill span in regime r.
func (s *subject) operations(span time.Duration, r regime) int {
	ns := s.last
	if s.at[r] > 0 {
		ns = s.at[r]
	}
	return int(min(max(float64(span.Nanoseconds())/ns, 1), maxOperations))
}

// A meter takes samples of rows on one pair of processors.
type meter struct {
	pair *pair
	span time.Duration // what one sample is to last
	raw  ends
}

// Chunks of round trips in a raw bracket, and the bounds for a row of round
// trips. An odd number makes the median one of them.
const (
	rawChunks = 9
	minChunks = 9
	maxChunks = 4095
)

// Calibration starts from firstTry operations; no sample has more than
// maxOperations.
const (
	firstTry      = 1024
	maxOperations = 1 << 30
)

func newMeter(p *pair, span time.Duration) *meter {
	return &meter{pair: p, span: span, raw: newPingPong()}
}

// bracket returns the raw round trip in nanoseconds, as of now.
func (m *meter) bracket() float64 {
	rtt, _ := m.pair.trips(m.raw, rawChunks)
	return rtt
}

// once does about n operations of r with ends e, and returns how many it did
// and the nanoseconds of one. It is an error if one of them went wrong: a
// contender that loses or swaps items is not compared.
func (m *meter) once(r *row, e ends, n int) (done int, ns float64, err error) {
	if r.collects {
		// As a program would have it; the others make no garbage while they run.
		defer debug.SetGCPercent(debug.SetGCPercent(100))
	}
	var wrong int
	if r.trips {
		chunks := min(max(n/chunkTrips, minChunks), maxChunks)
		done = chunks * chunkTrips
		ns, wrong = m.pair.trips(e, chunks)
	} else {
		var took time.Duration
		done = n
		took, wrong = m.pair.timed(e, r.warm, n)
		ns = float64(took.Nanoseconds()) / float64(n)
	}
	if wrong != 0 {
		err = fmt.Errorf("%s: %d of %d operations gave a wrong result: "+
			"the contender is broken and cannot be compared", r.name(), wrong, done)
	}
	return done, ns, err
}

// calibrate finds out roughly how fast s is.
func (m *meter) calibrate(s *subject) error {
	for n := firstTry; ; n *= 4 {
		e := s.build()
		done, ns, err := m.once(s.row, e, n)
		e.close()
		if err != nil {
			return err
		}
		s.last = ns
		if ns*float64(done) > float64(m.span.Nanoseconds())/8 || n >= maxOperations {
			return nil
		}
	}
}

// sample measures s once, between two raw ping-pongs.
func (m *meter) sample(s *subject) (sample, error) {
	e := s.build()
	defer e.close()
	before := m.bracket()
	gaveUp, woken := yields.Load(), e.woken()
	n, ns, err := m.once(s.row, e, s.operations(m.span, band(before)))
	gaveUp, woken = yields.Load()-gaveUp, e.woken()-woken
	after := m.bracket()
	r := classify(before, after)
	s.last, s.at[r] = ns, ns
	return sample{
		row: s.row, regime: r, n: n, ns: ns, raw: (before + after) / 2,
		yields: gaveUp, wakes: float64(woken) / float64(n+s.row.warm),
	}, err
}

// run calibrates rows and then samples them, each round in an order drawn from
// seed, until ctx is done. It tells progress after every sample. The samples
// taken so far are returned with an error, too.
func (m *meter) run(
	ctx context.Context, rows []*row, seed uint64, progress func(taken int),
) ([]sample, error) {
	subjects := make([]*subject, len(rows))
	for i, r := range rows {
		subjects[i] = &subject{row: r}
		if ctx.Err() != nil {
			return nil, nil
		}
		if err := m.calibrate(subjects[i]); err != nil {
			return nil, err
		}
	}
	var taken []sample
	draw := rand.New(rand.NewPCG(seed, 0))
	for {
		draw.Shuffle(len(subjects), func(i, j int) {
			subjects[i], subjects[j] = subjects[j], subjects[i]
		})
		// Fresh rings for every sample leave garbage; it is collected here, and
		// never while the clock runs.
		runtime.GC()
		for _, s := range subjects {
			if ctx.Err() != nil {
				return taken, nil
			}
			one, err := m.sample(s)
			if err != nil {
				return taken, err
			}
			taken = append(taken, one)
			progress(len(taken))
		}
	}
}

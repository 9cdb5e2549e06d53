package study

import (
	"context"
	"fmt"
	"sync"

	"credence/bench/sim"
	"credence/core/fence"
)

// Shard is a part of a study: every Of-th cell, from the Part-th on, 1 to Of.
type Shard struct{ Part, Of int }

// Whole is all of a study.
var Whole = Shard{1, 1}

// String returns the shard as flags have it, such as 3/16.
func (s Shard) String() string { return fmt.Sprintf("%d/%d", s.Part, s.Of) }

// size returns how many of all cells are of the shard.
func (s Shard) size(cells int) int { return (cells + s.Of - s.Part) / s.Of }

// Run simulates the cells of a shard on so many goroutines, and returns the
// report of them. progress, which may be nil, is told how many are done; it is
// called by one goroutine at a time. A cancelled ctx ends it with ctx.Err().
func (p *Plan) Run(ctx context.Context, s Shard, workers int, progress func(done, of int)) (
	*Report, error) {
	total := s.size(len(p.tasks))
	cells, errs := make([]Cell, total), make([]error, total)
	var mu sync.Mutex
	next, done := 0, 0
	take := func() (int, bool) {
		mu.Lock()
		defer mu.Unlock()
		if next == total || ctx.Err() != nil {
			return 0, false
		}
		next++
		return next - 1, true
	}
	finish := func() {
		mu.Lock()
		defer mu.Unlock()
		if done++; progress != nil {
			progress(done, total)
		}
	}
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for i, ok := take(); ok; i, ok = take() {
				cells[i], errs[i] = p.tasks[i*s.Of+s.Part-1].run(ctx, &p.config)
				finish()
			}
		})
	}
	wg.Wait()
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	r := p.Report()
	r.Cells = cells
	return r, nil
}

// run simulates a cell under every flow.
func (t *task) run(ctx context.Context, c *Config) (Cell, error) {
	cell := t.cell
	var results []*sim.Result
	used := make([]bool, len(t.profile.Engines))
	for _, f := range Flows(t.profile) {
		w := &watch{}
		config, err := t.system.On(sim.Config{
			Profile: t.profile, Flow: f, Policy: c.Policy, Time: c.Time, Tracer: w,
		})
		if err != nil {
			return cell, err
		}
		r, err := sim.Run(ctx, config)
		if err != nil {
			return cell, fmt.Errorf("%s on %s with %d user queues under %s: %w", cell.Work,
				cell.Device, cell.Queues, f, err)
		}
		for i, e := range r.Engines {
			used[i] = used[i] || e.Busy > 0
		}
		results = append(results, r)
		cell.Rows = append(cell.Rows, t.row(r, w))
	}
	for i, r := range results {
		cell.Rows[i].BusyPPM, cell.Rows[i].IdlePPM = utilisation(r, used)
		cell.Time = max(cell.Time, r.Time)
	}
	return cell, nil
}

// row reads all but the engines.
func (t *task) row(r *sim.Result, w *watch) Row {
	row := Row{
		Flow: r.Flow.String(), Jobs: r.Jobs, Failed: r.Failed,
		P50: r.P50, P90: r.P90, P99: r.P99, P999: r.P999, Max: r.Max,
		Overruns: r.Counts.Overruns, RingFull: r.Counts.RingFull, Stalls: r.Counts.Stalls,
		WakeUps: r.Counts.WakeUps, Spurious: r.Counts.Spurious, InVain: r.Counts.InVain,
		JainPPM: whole, Wait: w.wait(fence.Time(0).Add(r.Time)), History: r.Counts.History,
	}
	first := 0
	for _, l := range t.system.Loads {
		n := max(1, l.Options.Clients)
		row.JainPPM = min(row.JainPPM, jain(w.jobs[first:first+n]))
		first += n
	}
	return row
}

// utilisation returns how much of the time the used engines executed, and how
// much of it they did not although they were to.
func utilisation(r *sim.Result, used []bool) (busy, idle int64) {
	var b, i, n uint64
	for k, e := range r.Engines {
		if used[k] {
			b, i, n = b+uint64(e.Busy), i+uint64(e.IdleReady), n+uint64(r.Time)
		}
	}
	return share(b, n), share(i, n)
}

package sim

import (
	"fmt"
	"math/bits"

	"credence/core/fence"
	"credence/core/sched"
	"credence/hwmock/rig"
	"credence/hwmock/workload"
)

// Result is what one run measured.
type Result struct {
	// Device, Flow and Policy are those of the Config.
	Device string
	Flow   sched.Flow
	Policy sched.Policy
	// Time is the virtual time that passed: that of the Config, or less if all
	// clients finished their repeats before.
	Time fence.Duration
	// Jobs completed without error, Failed with one.
	Jobs, Failed uint64
	// Iterations is how often clients ran their file to its end, Missed how many
	// periods were over before the client came to wait for them.
	Iterations, Missed int64
	// P50 and P99 are percentiles of the time from push, the end of the submitting
	// call, to the finished fence, by nearest rank, over all jobs that completed.
	P50, P99 fence.Duration
	// P90, P999 (99.9 %) and Max are of the same latencies.
	P90, P999, Max fence.Duration
	// Engines are those of the profile, in its order.
	Engines []Engine
	// Loads has the part of each of Config.Loads.
	Loads []LoadResult
	// Counts is what the machine counted.
	Counts rig.Counts
	// Notes says what a reader of the figures must know of this run: which queue
	// overflowed, why jobs failed, what waits for ever. One sentence each.
	Notes []string
}

// Engine is what one engine of the device did.
type Engine struct {
	Name string
	// Busy is how long it executed commands. IdleReady is how long it executed
	// nothing although flow control held back a job whose first command it could
	// have executed and whose dependencies were met.
	Busy, IdleReady fence.Duration
}

// LoadResult is what the clients of one load did.
type LoadResult struct {
	Name string // of the workload file
	// Iterations, Missed as in Result; Longest is the longest iteration.
	Iterations, Missed int64
	Longest            fence.Duration
}

// ppm is the whole of a share.
const ppm = 1_000_000

// BusyPPM returns the share of the time in which engine i executed, in parts per
// million.
func (r *Result) BusyPPM(i int) int64 { return r.share(int64(r.Engines[i].Busy), ppm) }

// PerKilosecond returns the workloads, which are iterations of a client, in
// 1000 s of virtual time: workloads per second with three digits, as an integer.
func (r *Result) PerKilosecond() int64 {
	return r.share(r.Iterations, 1000*int64(fence.Second))
}

// share returns n * whole / Time, rounded down.
func (r *Result) share(n, whole int64) int64 {
	if r.Time <= 0 {
		return 0
	}
	hi, lo := bits.Mul64(uint64(n), uint64(whole))
	if hi >= uint64(r.Time) {
		panic(fmt.Sprintf("sim: %d of %d ns is more than an integer holds", n, r.Time))
	}
	q, _ := bits.Div64(hi, lo, uint64(r.Time))
	return int64(q)
}

// IdleReady returns the time idle while ready, added up over the engines.
func (r *Result) IdleReady() fence.Duration {
	var d fence.Duration
	for i := range r.Engines {
		d += r.Engines[i].IdleReady
	}
	return d
}

// result reads the machine at the end of the run.
func (x *run) result() (*Result, error) {
	c := x.rig.Counts()
	r := &Result{
		Device: x.config.Profile.Name, Flow: x.config.Flow, Policy: x.config.Policy,
		Time: x.rig.Now().Sub(0), Jobs: c.Completed - c.Failed, Failed: c.Failed, Counts: c,
	}
	var err error
	if err = x.latency.percentiles(r); err != nil {
		return nil, fmt.Errorf("sim: percentiles of %d latencies: %w", len(x.latency.ns), err)
	}
	for i, e := range x.config.Profile.Engines {
		r.Engines = append(r.Engines, Engine{
			Name: e.Name, Busy: x.rig.Device().Busy(i), IdleReady: x.rig.IdleWhileReady(i),
		})
	}
	for i, g := range x.groups {
		l := loadResult(x.config.Loads[i].Program.Name(), g.Clients())
		r.Loads = append(r.Loads, l)
		r.Iterations += l.Iterations
		r.Missed += l.Missed
	}
	r.Notes = x.notes()
	return r, nil
}

func loadResult(name string, clients []*workload.Client) LoadResult {
	l := LoadResult{Name: name}
	for _, c := range clients {
		m := c.Metrics()
		l.Iterations += m.Iterations
		l.Missed += m.Missed
		l.Longest = max(l.Longest, m.Max)
	}
	return l
}

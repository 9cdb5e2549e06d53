package scenario_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"credence/bench/sim"
	"credence/hwmock/workload"
)

func TestRequiredScenarios(t *testing.T) {
	var names []string
	for _, s := range scenarios(t) {
		names = append(names, s.name)
	}
	for _, r := range required {
		if !slices.Contains(names, r) {
			t.Errorf("no scenario %s among %q", r, names)
		}
	}
	for _, s := range scenarios(t) {
		if want := 1 + strings.Count(s.name, "+"); len(s.files) != want {
			t.Errorf("%s has files %q, want %d", s.name, s.files, want)
		}
	}
}

// testSpan is enough for what the tests look for: three bursts.
const testSpan = span / 10

// simulate runs every scenario under every flow: by name, then as in flows.
func simulate(t *testing.T) map[string][]*sim.Result {
	t.Helper()
	all := map[string][]*sim.Result{}
	for _, s := range scenarios(t) {
		for _, flow := range flows {
			c := s.config(t, flow)
			c.Time = testSpan
			all[s.name] = append(all[s.name], run(t, c))
		}
	}
	return all
}

// known is what simulate returned first.
var known map[string][]*sim.Result

func results(t *testing.T) map[string][]*sim.Result {
	t.Helper()
	if known == nil {
		known = simulate(t)
	}
	return known
}

func TestSameSystemSameFigures(t *testing.T) {
	first, second := results(t), simulate(t)
	for name := range first {
		for i, r := range first[name] {
			if r.Jobs == 0 && r.Counts.Overruns == 0 || r.Counts.History == 0 {
				t.Errorf("%s, %s: %d jobs", name, flows[i], r.Jobs)
			}
			if !reflect.DeepEqual(r, second[name][i]) {
				t.Errorf("%s, %s: %+v, then %+v", name, flows[i], r, second[name][i])
			}
		}
	}
}

// The figures follow the seed, where durations are random: otherwise equal
// figures would say nothing.
func TestOtherSeedOtherFigures(t *testing.T) {
	for _, s := range scenarios(t) {
		if s.name != "game60" {
			continue
		}
		c := s.config(t, "lanes")
		a := run(t, c)
		c.Loads[0].Options = workload.Options{Seed: seed + 1}
		if b := run(t, c); a.Counts.History == b.Counts.History || a.P99 == b.P99 {
			t.Errorf("seeds %d and %d: hash %d and %d, p99 %d and %d", seed, seed+1,
				a.Counts.History, b.Counts.History, a.P99, b.P99)
		}
	}
}

// One number for three limits admits less than the limits do; where neither
// holds anything back the two are the same system, event for event.
func TestLanesAdmitNoLessThanTheirMaximum(t *testing.T) {
	bound := 0
	for name, r := range results(t) {
		one, lanes := r[0], r[1]
		if one.Flow.String() != "credits-max:126" || lanes.Flow.String() != "lanes" {
			t.Fatalf("flows %s and %s", one.Flow, lanes.Flow)
		}
		if one.Counts.Stalls == 0 && lanes.Counts.Stalls == 0 {
			if one.Counts.History != lanes.Counts.History || one.P99 != lanes.P99 {
				t.Errorf("%s: nothing was held back, and yet %+v differs from %+v", name, one, lanes)
			}
			continue
		}
		if one.Counts.Stalls == 0 {
			t.Errorf("%s: only lanes held jobs back", name)
		}
		bound++
		if lanes.Jobs < one.Jobs {
			t.Errorf("%s: %d jobs with lanes, %d with credits-max", name, lanes.Jobs, one.Jobs)
		}
	}
	if bound < 3 {
		t.Errorf("flow control held something back in %d scenarios only", bound)
	}
}

// The burst is made so that one number idles an engine that a number a queue
// keeps busy.
func TestBurstTellsTheFlowsApart(t *testing.T) {
	r := results(t)["burst"]
	one, lanes := r[0], r[1]
	// What is left for lanes is the news of free slots, which take their time.
	if lanes.Jobs <= one.Jobs || 50*lanes.IdleReady() > one.IdleReady() || one.IdleReady() == 0 {
		t.Errorf("lanes: %d jobs, %d ns idle while ready; credits-max: %d jobs, %d ns",
			lanes.Jobs, lanes.IdleReady(), one.Jobs, one.IdleReady())
	}
}

// A predicate over the device's own queues, and the fence of the oldest job in
// the queue that is full, admit what a number a queue admits: nobody is left
// waiting, and no scenario loses a job by them.
func TestCanRunAndPrepareAdmitAsLanes(t *testing.T) {
	for name, r := range results(t) {
		lanes, canrun, prepare := r[1], r[4], r[5]
		if canrun.Flow.String() != "canrun" || prepare.Flow.String() != "prepare" {
			t.Fatalf("flows %s and %s", canrun.Flow, prepare.Flow)
		}
		if canrun.Jobs != lanes.Jobs || prepare.Jobs != lanes.Jobs {
			t.Errorf("%s: %d jobs with lanes, %d with canrun, %d with prepare", name,
				lanes.Jobs, canrun.Jobs, prepare.Jobs)
		}
	}
}

// What counts slots never over-runs them; a credit a job does.
func TestOverRuns(t *testing.T) {
	all := results(t)
	for name, list := range all {
		for _, r := range list {
			switch r.Flow.String() {
			case "lanes", "canrun", "prepare":
				if r.Failed != 0 {
					t.Errorf("%s under %s: %d jobs failed: %q", name, r.Flow, r.Failed, r.Notes)
				}
				fallthrough
			case "credits-max:126", "credits-sum:126":
				if r.Counts.Overruns != 0 {
					t.Errorf("%s under %s: %q", name, r.Flow, r.Notes)
				}
			}
		}
	}
	if r := all["burst"][3]; r.Flow.String() != "credits-job:1280" || r.Counts.Overruns == 0 ||
		len(r.Notes) == 0 {
		t.Errorf("burst under %s: %d over-runs, notes %q", r.Flow, r.Counts.Overruns, r.Notes)
	}
}

// Metrics are integers that a float64 carries, as b.ReportMetric needs, and no
// unit stands there twice.
func TestMetricsAreExact(t *testing.T) {
	for name, list := range results(t) {
		for _, r := range list {
			units := map[string]bool{}
			for _, m := range metrics(r) {
				if m.Value < 0 || int64(float64(m.Value)) != m.Value {
					t.Errorf("%s under %s: %d %s", name, r.Flow, m.Value, m.Unit)
				}
				if units[m.Unit] {
					t.Errorf("%s under %s: two figures in %s", name, r.Flow, m.Unit)
				}
				units[m.Unit] = true
			}
			if len(r.Loads) == 2 && !(units["hog-iterations"] && units["interactive-longest-ns"]) {
				t.Errorf("%s: units %v", name, units)
			}
		}
	}
}

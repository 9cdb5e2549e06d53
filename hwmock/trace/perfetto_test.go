package trace_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"credence/core/fence"
	"credence/hwmock/device"
)

// TestPerfettoAgreesWithTheRun compares slices, flows and counters with what the
// device measured and what another observer saw.
func TestPerfettoAgreesWithTheRun(t *testing.T) {
	for _, s := range scenes {
		t.Run(s.name, func(t *testing.T) {
			r := play(t, s, 0)
			r.Finish(r.end)
			d := r.perfetto(t)
			checkFlows(t, r, d)
			checkEngines(t, r, d)
			checkCredits(t, r, d)
			checkLines(t, r, d)
			checkInterrupts(t, r, d)
		})
	}
}

// named returns the tracks whose names begin so, in the order of the file.
func (d *decoded) named(prefix string) []*decodedTrack {
	var list []*decodedTrack
	for _, x := range d.order {
		if strings.HasPrefix(x.name, prefix) {
			list = append(list, x)
		}
	}
	return list
}

// checkFlows wants a flow for each job whose call began: from that, or at the
// latest the push, over run to done, each at its time.
func checkFlows(t *testing.T, r *recorded, d *decoded) {
	t.Helper()
	executed := 0
	for job, steps := range d.flows {
		number := fmt.Sprint(job)
		var runs []fence.Time
		for i, e := range steps {
			if e.notes["job"] != number || (e.category == "submit") != (i == 0) ||
				(e.category == "done") != e.last {
				t.Fatalf("flow %d, step %d: %s %v", job, i, e.category, e.notes)
			}
			switch e.category {
			case "run":
				runs = append(runs, e.at)
			case "execute":
				executed++
				if len(runs) == 0 {
					t.Fatalf("flow %d executes before it runs", job)
				}
			case "submit":
				// A client's call ends with the push.
				if q, ok := r.queue[job]; ok && e.end != q.At {
					t.Errorf("job %d: its call ends at %d, its push was at %d", job, e.end, q.At)
				}
			}
		}
		last := steps[len(steps)-1]
		done, ended := r.done[job]
		if ended != last.last || ended && last.at != done.At || len(runs) != len(r.run[job]) {
			t.Fatalf("flow %d: %d runs, ended %t; want %d, %t", job, len(runs), last.last,
				len(r.run[job]), ended)
		}
		if _, failed := last.notes["error"]; failed != (ended && done.Err != fence.OK) {
			t.Errorf("job %d: error %q, want %v", job, last.notes["error"], done.Err)
		}
		for i, at := range runs {
			if at != r.run[job][i].At {
				t.Errorf("job %d runs at %d, want %d", job, at, r.run[job][i].At)
			}
		}
	}
	for job := range r.queue {
		if len(d.flows[job]) == 0 {
			t.Errorf("job %d has no flow", job)
		}
	}
	slices := 0
	for _, x := range d.named("engine ") {
		slices += len(x.slices)
	}
	if executed != slices || len(r.done) == 0 {
		t.Errorf("%d of %d executions are in a flow, %d jobs done", executed, slices, len(r.done))
	}
}

// checkEngines wants each engine busy for as long as the device says.
func checkEngines(t *testing.T, r *recorded, d *decoded) {
	t.Helper()
	tracks := d.named("engine ")
	if len(tracks) != len(r.profile.Engines) {
		t.Fatalf("%d engines, want %d", len(tracks), len(r.profile.Engines))
	}
	var all fence.Duration
	for i, x := range tracks {
		var busy fence.Duration
		for _, e := range x.slices {
			busy += e.end.Sub(e.at)
			if !strings.HasPrefix(e.notes["firmware queue"], "queue ") || len(d.named(
				e.notes["firmware queue"])) == 0 {
				t.Fatalf("%s executes for %q", x.name, e.notes["firmware queue"])
			}
		}
		if want := r.rig.Device().Busy(i); busy != want || x.name != "engine "+r.profile.Engines[i].Name {
			t.Errorf("%s is busy for %d ns, want %d", x.name, busy, want)
		}
		all += busy
	}
	if all == 0 {
		t.Error("nothing was executed")
	}
}

// checkCredits wants each counter to be within its limit, and to have moved.
func checkCredits(t *testing.T, r *recorded, d *decoded) {
	t.Helper()
	counted := 0
	for _, x := range d.named("scheduler ") {
		if !x.counter {
			continue
		}
		limit, err := strconv.ParseInt(x.name[strings.LastIndexByte(x.name, ' ')+1:], 10, 64)
		if err != nil {
			t.Fatalf("%s names no limit", x.name)
		}
		before := int64(0)
		for _, s := range x.values {
			if s.value < 0 || s.value > limit || s.value == before {
				t.Errorf("%s: %d at %d, after %d", x.name, s.value, s.at, before)
			}
			before = s.value
			counted++
		}
	}
	if s := t.Name(); strings.HasSuffix(s, "/mock") || strings.HasSuffix(s, "/ring") {
		checkCount(t, r, d)
	}
	flow := r.rig.Counts()
	if uncounted := strings.Contains(t.Name(), "canrun") || strings.Contains(t.Name(),
		"prepare"); uncounted != (counted == 0) {
		t.Errorf("%d values of credits, %d jobs", counted, flow.Pushed)
	}
	if s := "scalar"; strings.HasSuffix(t.Name(), s) && top(d, "scheduler 0, credits") != 126 {
		t.Errorf("a burst brings the credits to %d", top(d, "scheduler 0, credits"))
	}
}

// checkCount wants the credits of a flow of one a job to be the jobs that run,
// at the end of each instant at which one is done.
func checkCount(t *testing.T, r *recorded, d *decoded) {
	t.Helper()
	for _, e := range r.done {
		running := int64(0)
		for job, runs := range r.run {
			done, ended := r.done[job]
			if runs[0].Sched == e.Sched && runs[0].At <= e.At && !(ended && done.At <= e.At) {
				running++
			}
		}
		x := d.named(fmt.Sprintf("scheduler %d, ", e.Sched))[0]
		value := int64(0)
		for _, s := range x.values {
			if s.at <= e.At {
				value = s.value
			}
		}
		if value != running {
			t.Errorf("%s: %d at %d, %d jobs run", x.name, value, e.At, running)
		}
	}
}

// top returns the highest value of a counter.
func top(d *decoded, prefix string) int64 {
	most := int64(0)
	for _, x := range d.named(prefix) {
		for _, s := range x.values {
			most = max(most, s.value)
		}
	}
	return most
}

// checkLines wants the counters of entities and firmware queues to end at what is
// left in these, and a slice on their track whenever there is something.
func checkLines(t *testing.T, r *recorded, d *decoded) {
	t.Helper()
	left := map[string]int64{}
	for job, q := range r.queue {
		key := fmt.Sprintf("entity %d, queued jobs", q.Entity)
		left[key] += 0
		if _, done := r.done[job]; len(r.run[job]) == 0 && !done {
			left[key]++
		}
	}
	for key, want := range left {
		if v := d.named(key)[0].values; v[len(v)-1].value != want {
			t.Errorf("%s: %d in the end, want %d", key, v[len(v)-1].value, want)
		}
	}
	for _, x := range append(d.named("entity "), d.named("queue ")...) {
		if !x.counter {
			continue
		}
		name, _, _ := strings.Cut(x.name, ",")
		checkHead(t, d.named(name)[0], x, r.end)
	}
	overruns := 0
	for _, x := range d.named("queue ") {
		overruns += len(x.instants)
	}
	if want := len(r.rig.Device().Overruns()); overruns != want ||
		(want > 0) != strings.HasSuffix(t.Name(), "/over-run") {
		t.Errorf("%d over-runs are shown, there were %d", overruns, want)
	}
	for i, c := range r.rig.Contexts() {
		for k := range device.NumKinds {
			for _, x := range d.named(fmt.Sprintf("queue %d %s, ", i, k)) {
				v := x.values[len(x.values)-1].value
				if shared := r.profile.SharedSchedulers > 0; !shared &&
					(v > int64(c.Queue().Outstanding(k)) || v < 0) {
					t.Errorf("%s: %d in the end, the driver counts %d", x.name, v,
						c.Queue().Outstanding(k))
				}
			}
		}
	}
}

// checkHead wants the slices of a track to cover the time in which its counter is
// above 0, and no other.
func checkHead(t *testing.T, x, counter *decodedTrack, end fence.Time) {
	t.Helper()
	var covered, counted fence.Duration
	for _, e := range x.slices {
		covered += e.end.Sub(e.at)
	}
	for i, s := range counter.values {
		until := end
		if i+1 < len(counter.values) {
			until = counter.values[i+1].at
		}
		if s.value > 0 {
			counted += until.Sub(s.at)
		}
	}
	if covered != counted || len(x.slices) == 0 {
		t.Errorf("%s: %d slices of %d ns, counted %d", x.name, len(x.slices), covered, counted)
	}
}

// checkInterrupts wants each to take as long as the profile says, unless it was
// made late, and to bring news.
func checkInterrupts(t *testing.T, r *recorded, d *decoded) {
	t.Helper()
	list := d.named("interrupts")[0].slices
	for _, e := range list {
		if e.end < r.end && !strings.HasSuffix(t.Name(), "faults") &&
			(e.end.Sub(e.at) != r.profile.IRQ || e.notes["firmware queues"] == "0") {
			t.Errorf("an interrupt takes %d ns: %v", e.end.Sub(e.at), e.notes)
		}
	}
	if len(list) == 0 || len(list) > len(r.done)*4+100 {
		t.Errorf("%d interrupts, %d jobs", len(list), len(r.done))
	}
}

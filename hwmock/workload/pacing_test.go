package workload_test

import (
	"strings"
	"testing"

	"credence/core/fence"
	"credence/hwmock/workload"
)

func TestDelaySleeps(t *testing.T) {
	_, got := play(t, "d.300\n1.RCS.100.0.0\nd.50\n1.RCS.100.0.0\n", once, fence.Second)
	same(t, got, lines(
		"300 #0 line 2: ctx 1 RCS 100",
		"350 #1 line 4: ctx 1 RCS 100",
		"400 #0 done on RCS",
		"500 #1 done on RCS",
	))
}

func TestPeriodCountsFromTheStartOfTheIteration(t *testing.T) {
	g, got := play(t, "1.RCS.300.0.1\np.1000\n", workload.Options{Repeats: 2}, fence.Second)
	same(t, got, lines(
		"0 #0 line 1: ctx 1 RCS 300",
		"300 #0 done on RCS",
		"1000 #1 line 1: ctx 1 RCS 300",
		"1300 #1 done on RCS",
	))
	want := workload.Metrics{Iterations: 2, Batches: 2, FirstEnd: fence.Time(1000 * us),
		LastEnd: fence.Time(2000 * us), Min: 300 * us, Max: 300 * us, Total: 600 * us, Samples: 2}
	if m := g.Clients()[0].Metrics(); m != want {
		t.Errorf("metrics are %+v, not %+v", m, want)
	}
}

func TestLatePeriodIsMissedAndDoesNotSleep(t *testing.T) {
	h := newHost(4)
	var starts []fence.Time
	h.onSubmit = func(*job, *workload.Batch) { starts = append(starts, h.now) }
	p := compile(t, "1.RCS.900-1100.0.1\np.1000\n")
	g := group(t, p, h, workload.Options{Repeats: 50, Seed: 7})
	h.run(g, fence.Never)
	m := g.Clients()[0].Metrics()
	var missed int64
	for i, at := range append(starts[1:], m.LastEnd) {
		switch d := at.Sub(starts[i]); {
		case d > 1000*us:
			missed++
		case d < 1000*us:
			t.Errorf("iteration %d took %d ns, less than the period", i, d)
		}
	}
	if m.Missed != missed || missed < 10 || missed > 40 {
		t.Errorf("missed %d of 50, and %d were late; want equal figures near 25", m.Missed, missed)
	}
}

func TestPeriodMetExactlyIsNotMissed(t *testing.T) {
	g, _ := play(t, "1.RCS.1000.0.1\np.1000\n", workload.Options{Repeats: 3}, fence.Second)
	if m := g.Clients()[0].Metrics(); m.Missed != 0 || m.LastEnd != fence.Time(3000*us) {
		t.Errorf("metrics are %+v, want none missed, the end at 3 ms", m)
	}
}

func TestSyncWaitsForAnEarlierBatch(t *testing.T) {
	_, got := play(t, "1.RCS.100.0.0\n1.BCS.900.0.0\ns.-2\n1.VECS.10.0.0\ns.-3\n1.VECS.10.0.0\n",
		once, fence.Second)
	same(t, got, lines(
		"0 #0 line 1: ctx 1 RCS 100",
		"0 #1 line 2: ctx 1 BCS 900",
		"100 #0 done on RCS",
		"100 #2 line 4: ctx 1 VECS 10",
		"110 #2 done on VECS",
		"900 #1 done on BCS",
		"900 #3 line 6: ctx 1 VECS 10",
		"910 #3 done on VECS",
	))
}

func TestThrottleCountsStepsAndReachesIntoTheIterationBefore(t *testing.T) {
	// Steps: t, batch, d, batch, batch. With t.2 the second batch waits for the
	// first; the third, two steps after the delay, for the nearest batch before
	// that. In the next iteration the first batch looks past t to the third.
	_, got := play(t, "t.2\n1.RCS.100.0.0\nd.1\n1.RCS.100.0.0\n1.RCS.100.0.0\n",
		workload.Options{Repeats: 2}, fence.Second)
	same(t, got, lines(
		"0 #0 line 2: ctx 1 RCS 100",
		"100 #0 done on RCS",
		"100 #1 line 4: ctx 1 RCS 100",
		"100 #2 line 5: ctx 1 RCS 100",
		"200 #1 done on RCS",
		"300 #2 done on RCS",
		"300 #3 line 2: ctx 1 RCS 100",
		"400 #3 done on RCS",
		"400 #4 line 4: ctx 1 RCS 100",
		"400 #5 line 5: ctx 1 RCS 100",
		"500 #4 done on RCS",
		"600 #5 done on RCS",
	))
}

func TestThrottleLastsAcrossIterationsUntilChanged(t *testing.T) {
	_, got := play(t, "1.RCS.100.0.0\nt.2\n1.RCS.100.0.0\nt.0\n", workload.Options{Repeats: 2},
		fence.Second)
	same(t, got, lines(
		"0 #0 line 1: ctx 1 RCS 100",
		"100 #0 done on RCS",
		"100 #1 line 3: ctx 1 RCS 100",
		"100 #2 line 1: ctx 1 RCS 100",
		"200 #1 done on RCS",
		"300 #2 done on RCS",
		"300 #3 line 3: ctx 1 RCS 100",
		"400 #3 done on RCS",
	))
}

func TestQueueDepthLimitsEachEngine(t *testing.T) {
	_, got := play(t, "q.2\n1.RCS.100.0.0,1.RCS.100.0.0\n1.BCS.10.0.0\n1.RCS.100.0.0,1.BCS.10.0.0\n",
		once, fence.Second)
	same(t, got, lines(
		"0 #0 line 2: ctx 1 RCS 100",
		"0 #1 line 2: ctx 1 RCS 100",
		"0 #2 line 3: ctx 1 BCS 10",
		"0 #3 line 4: ctx 1 RCS 100",
		"10 #2 done on BCS",
		"100 #0 done on RCS",
		"100 #4 line 4: ctx 1 BCS 10",
		"110 #4 done on BCS",
		"200 #1 done on RCS",
		"300 #3 done on RCS",
	))
}

func TestQueueDepthCountsWhatWasSubmittedBeforeIt(t *testing.T) {
	_, got := play(t, "1.RCS.100.0.0,1.RCS.100.0.0,1.RCS.100.0.0\nq.1\n1.RCS.100.0.0\n1.BCS.1.0.0\n",
		once, fence.Second)
	if !strings.Contains(got, "\n300 #4 line 4: ctx 1 BCS 1\n") {
		t.Errorf("the last batch is not submitted when one is left on RCS:\n%s", got)
	}
}

func TestQueueDepthMayGrow(t *testing.T) {
	_, got := play(t, "q.2\n"+strings.Repeat("1.RCS.100.0.0\n", 4)+"q.8\n"+
		strings.Repeat("1.RCS.100.0.0\n", 7)+"1.BCS.1.0.0\n", once, fence.Second)
	if !strings.Contains(got, "\n300 #11 line 14: ctx 1 BCS 1\n") {
		t.Errorf("the last batch is not submitted when 8 are left on RCS:\n%s", got)
	}
}

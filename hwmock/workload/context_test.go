package workload_test

import (
	"fmt"
	"strings"
	"testing"

	"credence/core/fence"
	"credence/hwmock/workload"
)

func TestBalancedContextUsesItsMap(t *testing.T) {
	_, got := play(t, "M.1.VCS\nB.1\nM.2.RCS|VECS\nB.2\n1.VCS.100.0.0\n1.DEFAULT.100.0.0\n"+
		"1.VCS2.100.0.0\n2.VECS.5.0.0\n2.DEFAULT.5.0.0\n2.BCS.5.0.0\n", once, fence.Second)
	same(t, got, lines(
		"0 #0 line 5: ctx 1 VCS1|VCS2 100",
		"0 #1 line 6: ctx 1 VCS1|VCS2 100",
		"0 #2 line 7: ctx 1 VCS2 100",
		"0 #3 line 8: ctx 2 VECS 5",
		"0 #4 line 9: ctx 2 RCS|VECS 5",
		"0 #5 line 10: ctx 2 RCS|VECS 5",
		"5 #3 done on VECS",
		"5 #4 done on RCS",
		"10 #5 done on RCS",
		"100 #0 done on VCS1",
		"100 #1 done on VCS2",
		"200 #2 done on VCS2",
	))
}

func TestEnginesWithoutMapAreTheFirstOfTheirClass(t *testing.T) {
	_, got := play(t, "1.VCS.10.0.0\n1.VCS.10.0.0\n1.default.10.0.0\n", once, fence.Second)
	same(t, got, lines(
		"0 #0 line 1: ctx 1 VCS1 10",
		"0 #1 line 2: ctx 1 VCS1 10",
		"0 #2 line 3: ctx 1 RCS 10",
		"10 #0 done on VCS1",
		"10 #2 done on RCS",
		"20 #1 done on VCS1",
	))
}

func TestBalancedStepWaitsForItsOwnPreviousBatch(t *testing.T) {
	_, got := play(t, "M.1.VCS\nB.1\n1.VCS.100.0.0\n", workload.Options{Repeats: 2}, fence.Second)
	same(t, got, lines(
		"0 #0 line 3: ctx 1 VCS1|VCS2 100",
		"0 #1 line 3: ctx 1 VCS1|VCS2 100 after #0",
		"100 #0 done on VCS1",
		"200 #1 done on VCS1",
	))
}

func TestPriorityLastsUntilChanged(t *testing.T) {
	h := newHost(64)
	var levels []string
	p := compile(t, "1.RCS.1.0.0\nP.1.-1,P.9.5\n1.RCS.1.0.0,2.RCS.1.0.0\nP.1.1\n1.RCS.1.0.0\n"+
		"P.1.1022\n1.RCS.1.0.0\nP.1.1023\n1.RCS.1.0.0\nP.1.0\n1.RCS.1.0.0\nP.1.-512\n")
	h.onSubmit = func(_ *job, b *workload.Batch) {
		levels = append(levels, fmt.Sprintf("%d:%v", p.Line(b.Step), b.Priority))
	}
	h.run(group(t, p, h, workload.Options{Repeats: 2}), fence.Never)
	const want = "1:normal 3:low 3:normal 5:high 7:high 9:realtime 11:normal " +
		"1:low 3:low 3:normal 5:high 7:high 9:realtime 11:normal"
	if got := strings.Join(levels, " "); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestPreemptionTimeHoldsForTheStepsThatFollow(t *testing.T) {
	_, got := play(t, "1.RCS.1.0.0\nX.1.0\n1.RCS.1.0.0\n2.RCS.1.0.0\nX.1.500\n1.RCS.1.0.0\n", once, us)
	same(t, got[:strings.Index(got, "1 #0 done")], lines(
		"0 #0 line 1: ctx 1 RCS 1",
		"0 #1 line 3: ctx 1 RCS 1 preempt 0",
		"0 #2 line 4: ctx 2 RCS 1",
		"0 #3 line 6: ctx 1 RCS 1 preempt 500",
	))
}

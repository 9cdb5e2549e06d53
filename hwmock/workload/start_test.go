package workload_test

import (
	"testing"

	"credence/core/fence"
	"credence/hwmock/workload"
)

func TestSubmitFenceStartsWithTheBatchNamed(t *testing.T) {
	_, got := play(t, "f\n1.RCS.100.f-1.0\n2.BCS.30.s-1.0\n3.VCS1.5.-1/s-1.0\nd.50\na.-5\n",
		once, fence.Second)
	same(t, got, lines(
		"0 #0 line 2: ctx 1 RCS 100 after fence",
		"0 #1 line 3: ctx 2 BCS 30 with #0",
		"0 #2 line 4: ctx 3 VCS1 5 after #1 with #1",
		"80 #1 done on BCS",
		"85 #2 done on VCS1",
		"150 #0 done on RCS",
	))
}

func TestSubmitFenceOfWhatIsDoneIsNoFence(t *testing.T) {
	_, got := play(t, "1.RCS.100.0.1\n2.BCS.30.s-1/s-1.0\n2.BCS.10.s-1/s-1.0\n", once, fence.Second)
	same(t, got, lines(
		"0 #0 line 1: ctx 1 RCS 100",
		"100 #0 done on RCS",
		"100 #1 line 2: ctx 2 BCS 30",
		"100 #2 line 3: ctx 2 BCS 10 with #1",
		"130 #1 done on BCS",
		"140 #2 done on BCS",
	))
}

func TestEndlessBatchRunsUntilTerminated(t *testing.T) {
	_, got := play(t, "1.RCS.*.0.0\n2.BCS.10.-1.0\nd.300\nT.-3\n", workload.Options{
		Repeats: 2, DurationScale: 7, DelayScale: 2}, fence.Second)
	same(t, got, lines(
		"0 #0 line 1: ctx 1 RCS *",
		"0 #1 line 2: ctx 2 BCS 70 after #0",
		// The second iteration begins at once, and waits for who reads the first.
		"600 #2 line 1: ctx 1 RCS * after #1",
		"600 #3 line 2: ctx 2 BCS 70 after #2",
		"600 #0 done on RCS",
		"670 #1 done on BCS",
		"1200 #2 done on RCS",
		"1270 #3 done on BCS",
	))
}

func TestEndlessBatchTerminatedBeforeItsTurnEndsAtOnce(t *testing.T) {
	_, got := play(t, "1.RCS.100.0.0\n1.RCS.*.0.0\nT.-1\nT.-2\n1.RCS.50.0.0\n", once, fence.Second)
	same(t, got, lines(
		"0 #0 line 1: ctx 1 RCS 100",
		"0 #1 line 2: ctx 1 RCS *",
		"0 #2 line 5: ctx 1 RCS 50",
		"100 #0 done on RCS",
		"100 #1 done on RCS", // a nanosecond later
		"150 #2 done on RCS",
	))
}

func TestTerminateOfWhatIsDoneDoesNothing(t *testing.T) {
	g, got := play(t, "1.RCS.*.0.0\nT.-1\ns.-2\nT.-3\n", once, fence.Second)
	same(t, got, lines("0 #0 line 1: ctx 1 RCS *", "0 #0 done on RCS"))
	if !g.Clients()[0].Finished() {
		t.Errorf("the client is blocked: %q", g.Clients()[0].Blocked())
	}
}

// TestBondsFollowTheLeadersEngine is the example of gem_wsim's README, twice at
// once: the leader's engine, which the host chooses, decides the other's.
func TestBondsFollowTheLeadersEngine(t *testing.T) {
	const text = "M.1.RCS|VECS,B.1\nM.2.VCS,B.2\nb.2.VCS1.RCS\nb.2.VCS2.VECS\n" +
		"1.DEFAULT.100.0.0\n2.DEFAULT.100.s-1.0\n1.DEFAULT.70.0.0\n2.DEFAULT.70.s-1.0\n"
	_, got := play(t, text, once, fence.Second)
	same(t, got, lines(
		"0 #0 line 5: ctx 1 RCS 100",
		"0 #1 line 6: ctx 2 VCS1 100 with #0",
		"0 #2 line 7: ctx 1 VECS 70",
		"0 #3 line 8: ctx 2 VCS2 70 with #2",
		"70 #2 done on VECS",
		"70 #3 done on VCS2",
		"100 #0 done on RCS",
		"100 #1 done on VCS1",
	))
}

// TestFollowersAvoidTheLeadersEngine: without a bond for it, any other engine
// will do; a bond with several engines leaves the choice between them.
func TestFollowersAvoidTheLeadersEngine(t *testing.T) {
	_, got := play(t, "M.1.VCS,B.1\nM.2.VCS|BCS|VECS,B.2,b.2.BCS|VECS.VCS2\n"+
		"1.DEFAULT.100.0.0\n2.DEFAULT.90.s-1.0\n1.DEFAULT.50.0.0\n2.DEFAULT.40.s-1.0\n"+
		"3.VCS2.10.0.0\n2.DEFAULT.5.s-1.0\n", once, fence.Second)
	same(t, got, lines(
		"0 #0 line 3: ctx 1 VCS1 100",
		"0 #1 line 4: ctx 2 BCS|VCS2|VECS 90 with #0",
		"0 #2 line 5: ctx 1 VCS2 50",
		"0 #3 line 6: ctx 2 BCS|VECS 40 with #2",
		"0 #4 line 7: ctx 3 VCS2 10",
		"0 #5 line 8: ctx 2 BCS|VECS 5 with #4",
		"40 #3 done on VECS",
		"50 #2 done on VCS2",
		"55 #5 done on VECS", // started with #4
		"60 #4 done on VCS2",
		"90 #1 done on BCS",
		"100 #0 done on VCS1",
	))
}

// TestSplitFrame has the steps of a frame that two video engines decode
// together: the second half starts with the first, which spins until the second
// is done.
func TestSplitFrame(t *testing.T) {
	const text = "X.1.0\nM.1.VCS1\nB.1\nX.2.0\nM.2.VCS2\nB.2\nb.2.VCS2.VCS1\n" +
		"f\n1.DEFAULT.*.f-1.0\n2.DEFAULT.4000.s-1.0\na.-3\ns.-2\nT.-4\n" +
		"3.RCS.2000.-5/-4.0\n3.VECS.2000.-1.0\n4.BCS.1000.-1.0\ns.-2\np.16667\n"
	g, got := play(t, text, workload.Options{Repeats: 1}, fence.Second)
	same(t, got, lines(
		"0 #0 line 9: ctx 1 VCS1 * preempt 0 after fence",
		"0 #1 line 10: ctx 2 VCS2 4000 preempt 0 with #0",
		"4000 #1 done on VCS2",
		"4000 #2 line 14: ctx 3 RCS 2000 after #0",
		"4000 #3 line 15: ctx 3 VECS 2000 after #2",
		"4000 #4 line 16: ctx 4 BCS 1000 after #3",
		"4000 #0 done on VCS1",
		"6000 #2 done on RCS",
		"8000 #3 done on VECS",
		"9000 #4 done on BCS",
	))
	if m := g.Clients()[0].Metrics(); m.Missed != 0 || m.Iterations != 1 || m.Min != 8000*us {
		t.Errorf("metrics are %+v", m)
	}
}

func TestSliceMaskHoldsFromItsStepOn(t *testing.T) {
	_, got := play(t, "1.RCS.10.0.1\nS.1.1\nS.7.1\n1.RCS.10.0.1\n2.RCS.10.0.1\nS.1.7\nS.2.6\n",
		workload.Options{Repeats: 2}, fence.Second)
	same(t, got, lines(
		"0 #0 line 1: ctx 1 RCS 10",
		"10 #0 done on RCS",
		"10 #1 line 4: ctx 1 RCS 10 slices 1",
		"20 #1 done on RCS",
		"20 #2 line 5: ctx 2 RCS 10",
		"30 #2 done on RCS",
		"30 #3 line 1: ctx 1 RCS 10", // 7 is all three
		"40 #3 done on RCS",
		"40 #4 line 4: ctx 1 RCS 10 slices 1",
		"50 #4 done on RCS",
		"50 #5 line 5: ctx 2 RCS 10 slices 110",
		"60 #5 done on RCS",
	))
}

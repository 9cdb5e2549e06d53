package workload_test

import (
	"strings"
	"testing"

	"credence/core/fence"
	"credence/hwmock/workload"
)

var once = workload.Options{Repeats: 1}

func TestBatchesOfOneEngineRunInOrderAndOthersAtOnce(t *testing.T) {
	_, got := play(t, "1.RCS.1000.0.0\n1.RCS.500.0.0\n1.BCS.200.0.0\n", once, fence.Second)
	same(t, got, lines(
		"0 #0 line 1: ctx 1 RCS 1000",
		"0 #1 line 2: ctx 1 RCS 500",
		"0 #2 line 3: ctx 1 BCS 200",
		"200 #2 done on BCS",
		"1000 #0 done on RCS",
		"1500 #1 done on RCS",
	))
}

func TestWaitBlocksUntilTheBatchIsDone(t *testing.T) {
	_, got := play(t, "1.RCS.1000.0.1\n1.BCS.200.0.0\n", once, fence.Second)
	same(t, got, lines(
		"0 #0 line 1: ctx 1 RCS 1000",
		"1000 #0 done on RCS",
		"1000 #1 line 2: ctx 1 BCS 200",
		"1200 #1 done on BCS",
	))
}

func TestDataDependencyWaitsForTheStepNamed(t *testing.T) {
	_, got := play(t, "1.RCS.1000.0.0\n# counts not\nd.10\n2.BCS.200.-2.0\n3.VCS2.5.-3/-1.0\n",
		once, fence.Second)
	same(t, got, lines(
		"0 #0 line 1: ctx 1 RCS 1000",
		"10 #1 line 4: ctx 2 BCS 200 after #0",
		"10 #2 line 5: ctx 3 VCS2 5 after #0 #1",
		"1000 #0 done on RCS",
		"1200 #1 done on BCS",
		"1205 #2 done on VCS2",
	))
}

func TestDependencyThatIsDoneIsLeftOut(t *testing.T) {
	_, got := play(t, "1.RCS.1000.0.1\n2.BCS.200.-1.0\n", once, fence.Second)
	if !strings.Contains(got, "1000 #1 line 2: ctx 2 BCS 200\n") {
		t.Errorf("a dependency is passed:\n%s", got)
	}
}

func TestNextIterationWaitsForReadersOfItsResults(t *testing.T) {
	_, got := play(t, "1.RCS.100.0.0\n2.BCS.400.-1.0\n", workload.Options{Repeats: 2}, fence.Second)
	same(t, got, lines(
		"0 #0 line 1: ctx 1 RCS 100",
		"0 #1 line 2: ctx 2 BCS 400 after #0",
		"0 #2 line 1: ctx 1 RCS 100 after #1",
		"0 #3 line 2: ctx 2 BCS 400 after #2",
		"100 #0 done on RCS",
		"500 #1 done on BCS",
		"600 #2 done on RCS",
		"1000 #3 done on BCS",
	))
}

func TestFenceDependencyIsNotARead(t *testing.T) {
	_, got := play(t, "1.RCS.100.0.0\n2.BCS.400.f-1.0\n", workload.Options{Repeats: 2}, fence.Second)
	same(t, got, lines(
		"0 #0 line 1: ctx 1 RCS 100",
		"0 #1 line 2: ctx 2 BCS 400 after #0",
		"0 #2 line 1: ctx 1 RCS 100",
		"0 #3 line 2: ctx 2 BCS 400 after #2",
		"100 #0 done on RCS",
		"200 #2 done on RCS",
		"500 #1 done on BCS",
		"900 #3 done on BCS",
	))
}

func TestSoftFenceHoldsBatchesUntilSignalled(t *testing.T) {
	_, got := play(t, "f\n1.VCS1.100.f-1.0\n2.VCS2.100.f-2.0\nd.500\na.-4\ns.-3\n", once, fence.Second)
	same(t, got, lines(
		"0 #0 line 2: ctx 1 VCS1 100 after fence",
		"0 #1 line 3: ctx 2 VCS2 100 after fence",
		"600 #0 done on VCS1",
		"600 #1 done on VCS2",
	))
}

func TestSoftFenceWithoutSignalEndsWithTheIteration(t *testing.T) {
	_, got := play(t, "f\n1.RCS.100.f-1.0\nd.500\n", workload.Options{Repeats: 2}, fence.Second)
	same(t, got, lines(
		"0 #0 line 2: ctx 1 RCS 100 after fence",
		"500 #1 line 2: ctx 1 RCS 100 after fence",
		"600 #0 done on RCS",
		"1100 #1 done on RCS",
	))
}

func TestSignalledSoftFenceIsNoDependency(t *testing.T) {
	_, got := play(t, "f\na.-1\n1.RCS.100.f-2.0\n", once, fence.Second)
	same(t, got, lines("0 #0 line 3: ctx 1 RCS 100", "100 #0 done on RCS"))
}

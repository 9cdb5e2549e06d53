package workload_test

import (
	"testing"

	"credence/core/fence"
	"credence/hwmock/workload"
)

func TestReaderWaitsForLastWriterOnly(t *testing.T) {
	_, got := play(t, "w.1.4n4k\n1.RCS.10.w1-0-1.0\n2.BCS.20.w1-1.0\n3.VCS1.1.r1-0.0\n"+
		"4.VCS2.1.r1-0-3.0\n", once, fence.Second)
	same(t, got, lines(
		"0 #0 line 2: ctx 1 RCS 10",
		"0 #1 line 3: ctx 2 BCS 20 after #0",
		"0 #2 line 4: ctx 3 VCS1 1 after #0",
		"0 #3 line 5: ctx 4 VCS2 1 after #0 #1",
		"10 #0 done on RCS",
		"11 #2 done on VCS1",
		"30 #1 done on BCS",
		"31 #3 done on VCS2",
	))
}

func TestWriterWaitsForReadersAndLastWriter(t *testing.T) {
	_, got := play(t, "w.7.1m/2n4k-8k\n1.RCS.10.w7-0.0\n2.BCS.1.r7-0.0\n3.VCS1.9.r7-0.0\n"+
		"3.VCS1.2.r7-0.0\n4.VCS2.1.w7-0/r7-2.0\n", once, fence.Second)
	// #2 and #3 are in order, so the writer waits for the later one only.
	same(t, got, lines(
		"0 #0 line 2: ctx 1 RCS 10",
		"0 #1 line 3: ctx 2 BCS 1 after #0",
		"0 #2 line 4: ctx 3 VCS1 9 after #0",
		"0 #3 line 5: ctx 3 VCS1 2 after #0",
		"0 #4 line 6: ctx 4 VCS2 1 after #0 #1 #3",
		"10 #0 done on RCS",
		"11 #1 done on BCS",
		"19 #2 done on VCS1",
		"21 #3 done on VCS1",
		"22 #4 done on VCS2",
	))
}

func TestClonesShareOnlySharedWorkingSets(t *testing.T) {
	two := workload.Options{Repeats: 1, Clients: 2}
	_, local := play(t, "w.1.4k\n1.RCS.10.w1-0.0\n", two, fence.Second)
	same(t, local, lines(
		"0 #0 line 2: ctx 1 RCS 10",
		"0 #1 line 2: ctx 1 RCS 10",
		"10 #0 done on RCS",
		"20 #1 done on RCS",
	))
	_, shared := play(t, "W.1.4k\n1.RCS.10.w1-0.0\n", two, fence.Second)
	same(t, shared, lines(
		"0 #0 line 2: ctx 1 RCS 10",
		"0 #1 line 2: ctx 1 RCS 10 after #0",
		"10 #0 done on RCS",
		"20 #1 done on RCS",
	))
}

func TestReadersOfSeveralClonesAllHoldTheWriter(t *testing.T) {
	_, got := play(t, "W.1.4k\nf\n1.RCS.10.r1-0/f-1.0\nd.30\na.-3\n2.BCS.5.w1-0.0\n",
		workload.Options{Repeats: 1, Clients: 2}, fence.Second)
	same(t, got, lines(
		"0 #0 line 3: ctx 1 RCS 10 after fence",
		"0 #1 line 3: ctx 1 RCS 10 after fence",
		"30 #2 line 6: ctx 2 BCS 5 after #0 #1",
		"30 #3 line 6: ctx 2 BCS 5 after #2",
		"40 #0 done on RCS",
		"50 #1 done on RCS",
		"55 #2 done on BCS",
		"60 #3 done on BCS",
	))
}

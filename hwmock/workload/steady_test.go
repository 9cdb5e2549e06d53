package workload_test

import (
	"strings"
	"testing"

	"credence/core/fence"
	"credence/hwmock/workload"
)

// everything has each kind of step that clients execute, never ends, and keeps
// several batches outstanding in each clone.
const everything = `M.4.VCS,B.4
w.1.8n4k
W.2.4n4k
t.9,q.3
P.1.-1
1.RCS.40-60.r1-0-7/w2-0.0
P.1.1
2.BCS.30-50.-2/w1-0-3.0
f
4.DEFAULT.20-90.f-1/r2-0-3.0
a.-2
s.-4
X.1.0
1.CCS.10-50.-4/f-6.0
4.VCS.10-30.w1-2/w2-2.1
d.20
p.150
`

func TestSameSeedSameTranscript(t *testing.T) {
	p := compile(t, everything)
	transcript := func(seed uint64) string {
		h := newHost(5)
		log := record(h, p)
		h.run(group(t, p, h, workload.Options{Seed: seed, Clients: 3}), fence.Time(50*fence.Millisecond))
		return log.String()
	}
	first, again, other := transcript(5), transcript(5), transcript(6)
	if first != again || len(first) < 10_000 {
		t.Errorf("two runs of %d and %d bytes differ", len(first), len(again))
	}
	if first == other {
		t.Error("the seed changes nothing")
	}
}

// durations returns what each client drew for its first batches.
func durations(t *testing.T, text string, o workload.Options) map[int][]fence.Duration {
	p := compile(t, text)
	h := newHost(64)
	drawn := map[int][]fence.Duration{}
	h.onSubmit = func(j *job, b *workload.Batch) {
		drawn[j.client] = append(drawn[j.client], b.Duration)
	}
	o.Repeats = 2000
	h.run(group(t, p, h, o), fence.Never)
	return drawn
}

func equal(a, b []fence.Duration) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

func TestClientsDrawFromSequencesOfTheirOwn(t *testing.T) {
	const text = "1.RCS.10-20.0.1"
	own := durations(t, text, workload.Options{Seed: 9, Clients: 3, FirstIndex: 4})
	if equal(own[4], own[5]) || equal(own[5], own[6]) {
		t.Error("two clients draw the same durations")
	}
	alone := durations(t, text, workload.Options{Seed: 9, FirstIndex: 5})
	if !equal(alone[5], own[5]) {
		t.Error("what client 5 draws depends on the others")
	}
	same := durations(t, text, workload.Options{Seed: 9, Clients: 3, SameSequence: true})
	if !equal(same[0], same[1]) || !equal(same[1], same[2]) {
		t.Error("clients with the same sequence draw different durations")
	}
}

func TestDurationsAreUniformOverTheRange(t *testing.T) {
	var parts [10]int
	for _, d := range durations(t, "1.RCS.10-20.0.1", workload.Options{})[0] {
		if d < 10*us || d > 20*us {
			t.Fatalf("duration %d is out of range", d)
		}
		parts[min(9, (d-10*us)/us)]++
	}
	for i, n := range parts {
		if n < 150 || n > 250 {
			t.Errorf("%d of 2000 durations in part %d of 10, want about 200", n, i)
		}
	}
}

func TestBothEndsOfTheRangeOccur(t *testing.T) {
	seen := map[fence.Duration]int{}
	for _, d := range durations(t, "1.RCS.1-2.0.1", workload.Options{DurationScale: 0.002})[0] {
		seen[d]++
	}
	if len(seen) != 3 || seen[2] == 0 || seen[4] == 0 {
		t.Errorf("durations of 2 to 4 ns are %v", seen)
	}
}

func TestScalesMultiplyDurationsAndDelaysButNotPeriods(t *testing.T) {
	_, got := play(t, "1.RCS.100.0.1\nd.50\n1.BCS.7.0.0\np.1000\n1.VECS.1.0.0\n",
		workload.Options{Repeats: 1, DurationScale: 2, DelayScale: 3}, fence.Second)
	same(t, got, lines(
		"0 #0 line 1: ctx 1 RCS 200",
		"200 #0 done on RCS",
		"350 #1 line 3: ctx 1 BCS 14",
		"364 #1 done on BCS",
		"1000 #2 line 5: ctx 1 VECS 2",
		"1002 #2 done on VECS",
	))
	g, _ := play(t, "1.RCS.1.0.1\nd.100\n", workload.Options{Repeats: 1, DelayScale: 2.5},
		fence.Second)
	if end := g.Clients()[0].Metrics().LastEnd; end != fence.Time(251*us) {
		t.Errorf("a delay of 100 us times 2.5 after 1 us ends at %d", end)
	}
	least := durations(t, "1.RCS.1.0.1", workload.Options{DurationScale: 1e-6})
	if d := least[0][0]; d != 1 {
		t.Errorf("a batch of no time takes %d ns, want 1", d)
	}
}

func TestSteadyStateAllocatesNothing(t *testing.T) {
	h := newHost(5)
	g := group(t, compile(t, everything), h, workload.Options{Clients: 3})
	h.run(g, fence.Time(20*fence.Millisecond))
	before := g.Clients()[0].Metrics().Batches
	allocs := testing.AllocsPerRun(20, func() {
		for until := h.now.Add(5 * fence.Millisecond); h.tick(until); {
			h.resume()
		}
	})
	if n := g.Clients()[0].Metrics().Batches - before; n < 1000 {
		t.Errorf("only %d batches ran", n)
	}
	if allocs != 0 {
		t.Errorf("%v allocations in 5 ms", allocs)
	}
}

func TestHandlesStayBounded(t *testing.T) {
	h := newHost(5)
	g := group(t, compile(t, everything), h, workload.Options{Clients: 3})
	h.run(g, fence.Time(20*fence.Millisecond))
	peak, slots := h.peak, len(h.jobs)
	for until := h.now.Add(2 * fence.Second); h.tick(until); {
		h.resume()
	}
	if h.submitted < 50_000 {
		t.Errorf("only %d batches ran", h.submitted)
	}
	if h.peak > peak+peak/4 || len(h.jobs) > slots+slots/4 {
		t.Errorf("%d handles and %d slots at the peak, %d and %d early on", h.peak, len(h.jobs), peak,
			slots)
	}
	g.Close()
	h.drain(t)
}

// TestReadersThatNobodyFollowsAreForgotten reads an object that is never
// written, from a balanced context, whose batches have no order that would make
// one reader stand for all.
func TestReadersThatNobodyFollowsAreForgotten(t *testing.T) {
	h := newHost(5)
	p := compile(t, "M.1.VCS,B.1\nw.1.4k\n1.VCS.10.r1-0.0\n")
	g := group(t, p, h, workload.Options{Repeats: 20_000})
	h.run(g, fence.Never)
	if h.peak > 32 {
		t.Errorf("%d handles at the peak, with 5 batches outstanding", h.peak)
	}
	g.Close()
	h.drain(t)
}

func TestCloseWhileEverythingWaits(t *testing.T) {
	p := compile(t, everything+"f\n1.RCS.5.f-1.0\nd.1000000\n")
	for until := fence.Time(0); until < fence.Time(3*fence.Millisecond); until += 7919 {
		h := newHost(2)
		g := group(t, p, h, workload.Options{Clients: 2})
		h.run(g, until)
		g.Close()
		h.drain(t)
	}
}

// BenchmarkSubmit is what a client costs its host per batch: a host that is
// never busy answers, so that the figure is the client's own.
func BenchmarkSubmit(b *testing.B) {
	for _, c := range []struct{ name, text string }{
		{"deps=0", "1.RCS.10.0.0\n"},
		{"deps=1", "1.RCS.10.0.0\n2.BCS.10.-1.0\n"},
		{"deps=16", "w.1.16n4k\n" + strings.Repeat("1.RCS.10.w1-0-15.0\n2.BCS.10.w1-0-15.0\n", 8)},
	} {
		b.Run(c.name, func(b *testing.B) {
			h := &instantHost{}
			g := group(b, compile(b, c.text), h, workload.Options{})
			client := g.Clients()[0]
			for b.Loop() {
				h.budget = 64
				client.Resume()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(client.Metrics().Batches), "ns/batch")
		})
	}
}

// instantHost accepts budget batches and says of half of them that they are
// done.
type instantHost struct {
	workload.Host
	next   workload.Handle
	budget int
}

func (h *instantHost) Now() fence.Time             { return 0 }
func (h *instantHost) Done(x workload.Handle) bool { return x&1 == 0 }
func (h *instantHost) Release(workload.Handle)     {}
func (h *instantHost) Submit(*workload.Client, *workload.Batch) (workload.Handle, bool) {
	if h.budget == 0 {
		return 0, false
	}
	h.budget--
	h.next++
	return h.next, true
}

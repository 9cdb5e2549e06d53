package scenario_test

import (
	"fmt"
	"reflect"
	"testing"

	"credence/bench/sim"
	"credence/core/fence"
	"credence/core/sched"
)

// BenchmarkKernel asks what the kernel's own scheduler tests print, under each
// policy: how long a case takes, how many jobs of each client are done when the
// first client is, how much longer than undisturbed its cycles take, how far
// apart many clients get. All but sec/op is exact. It fails if two iterations
// differ.
func BenchmarkKernel(b *testing.B) {
	seen := map[string]bool{}
	for _, c := range kernelCases() {
		for _, m := range c.run(b).metrics() {
			if d := m.Declaration(); !seen[d] {
				seen[d] = true
				fmt.Println(d)
			}
		}
	}
	for _, c := range kernelCases() {
		b.Run(c.String(), func(b *testing.B) {
			var first []sim.Metric
			for b.Loop() {
				m := c.run(b).metrics()
				if first == nil {
					first = m
				} else if !reflect.DeepEqual(m, first) {
					b.Fatalf("iterations differ:\n%v\n%v", first, m)
				}
			}
			for _, m := range first {
				b.ReportMetric(float64(m.Value), m.Unit)
			}
		})
	}
}

// TestKernelCasesAreThereWithIntegers: 96 of them, each under a name of its own,
// and no figure that a float64 does not hold.
func TestKernelCasesAreThereWithIntegers(t *testing.T) {
	names := map[string]bool{}
	for _, c := range kernelCases() {
		if names[c.String()] {
			t.Errorf("two cases are %s", c)
		}
		names[c.String()] = true
		units := map[string]bool{}
		for _, m := range c.run(t).metrics() {
			if m.Value < 0 || int64(float64(m.Value)) != m.Value || units[m.Unit] {
				t.Errorf("%s: %d %s", c, m.Value, m.Unit)
			}
			units[m.Unit] = true
		}
	}
	if len(names) != 96 {
		t.Errorf("%d cases, want 96", len(names))
	}
}

// TestKernelFiguresUnderFair are those that its weights promise, and that the
// core's own tests of these cases have without rig and device: as many jobs of
// each client, and 125 of the first one to these of the other by 8 to 1, 4 to 1
// and 32 to 1.
func TestKernelFiguresUnderFair(t *testing.T) {
	for row, want := range map[int][2]int64{1: {124, 125}, 2: {125, 17}, 3: {125, 32}, 4: {125, 5}} {
		k := kernelCase{fmt.Sprintf("two:case=%d", row), 1, sched.Fair}.run(t)
		got := [2]int64{k.metric(t, "client0-jobs-first"), k.metric(t, "client1-jobs-first")}
		if got != want {
			t.Errorf("row %d: %v jobs are done when the first client is, want %v", row, got, want)
		}
	}
	for row, worst := range map[int][2]fence.Duration{
		5: {2500, 1500}, 6: {2500, 3000}, 7: {2500, 3000}, 8: {-1, 2500}, 9: {-1, 5000}, 10: {-1, 100_000},
	} {
		for credits := uint32(1); credits <= 2; credits++ {
			k := kernelCase{fmt.Sprintf("two:case=%d", row), credits, sched.Fair}.run(t)
			for i, w := range worst {
				late := k.metric(t, fmt.Sprintf("client%d-late-max-nsec", i))
				limit := int64(w) * int64(credits) * int64(fence.Microsecond)
				if w >= 0 && late > limit {
					t.Errorf("row %d, %d credits: client %d is late by %d ns, want at most %d", row,
						credits, i, late, limit)
				}
			}
		}
	}
}

// TestKernelFiguresUnderFifo: the more urgent client leaves nothing to the other,
// and a short job waits for all of a heavy client's long ones that were submitted
// before it, where FAIR has it wait for one.
func TestKernelFiguresUnderFifo(t *testing.T) {
	if n := (kernelCase{"two:case=4", 1, sched.FIFO}).run(t).metric(t, "client1-jobs-first"); n != 0 {
		t.Errorf("%d jobs of the less urgent client are done before the other's last", n)
	}
	for policy, want := range map[sched.Policy]fence.Duration{
		sched.FIFO: 191 * fence.Millisecond, sched.Fair: 50 * fence.Millisecond,
	} {
		late := (kernelCase{"two:case=10", 1, policy}).run(t).metric(t, "client1-late-max-nsec")
		if late != int64(want) {
			t.Errorf("%s: the interactive client is late by %d ns, want %d", policy, late, want)
		}
	}
}

// TestKernelOverheadIsNone where nothing but execution takes time.
func TestKernelOverheadIsNone(t *testing.T) {
	for _, s := range []string{"overhead:case=queue", "overhead:case=ping-pong"} {
		k := kernelCase{s, 1, sched.FIFO}.run(t)
		// The one that ends at once takes its nanosecond.
		if got, want := k.metric(t, "elapsed-ns"), int64(fence.Second); got-want > 1 || got < want {
			t.Errorf("%s takes %d ns, want %d", s, got, want)
		}
	}
	for _, clients := range []int{2, 3, 7, 13, 31} {
		for p := range sched.Policy(len(sched.PolicyNames())) {
			k := kernelCase{fmt.Sprintf("many:clients=%d", clients), 2, p}.run(t)
			if n := k.metric(t, "cycle-spread"); n > 3 {
				t.Errorf("%d clients, %s: %d cycles apart", clients, p, n)
			}
		}
	}
}

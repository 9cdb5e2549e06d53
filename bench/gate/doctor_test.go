package gate

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

// doctor makes results files whose truth is known.
type doctor struct {
	seed                uint64
	rounds, layouts     int     // layouts 0: a plain file
	noise, layoutSpread float64 // standard deviations, as ratios
	slower              float64 // of the benchmark "SPSC/ends=1"
	instructions        float64 // of the same; 0 leaves the unit out
	hash                float64 // of history-hash; 0 leaves the unit out
	cpu                 string
	first               int // number of the first layout
}

func plain(seed uint64) doctor {
	return doctor{seed: seed, rounds: 20, noise: 0.01, cpu: "X"}
}

func layouts(seed uint64, first int) doctor {
	return doctor{seed: seed, rounds: 20, layouts: 8, noise: 0.02, layoutSpread: 0.002, cpu: "X",
		first: first}
}

// text returns the file.
func (d doctor) text() string {
	r := rand.New(rand.NewPCG(d.seed, 1))
	var b strings.Builder
	fmt.Fprintf(&b, "goos: linux\ngoarch: amd64\npkg: credence/bench/micro\ncpu: %s\n"+
		"Unit history-hash assume=exact\n", d.cpu)
	spread := make([]float64, max(d.layouts, 1))
	for i := range spread {
		spread[i] = d.layoutSpread * r.NormFloat64()
	}
	samples := 0
	line := func(name string, ns float64) {
		fmt.Fprintf(&b, "Benchmark%s-2 \t 1000 \t %.5g ns/op", name, ns)
		if d.instructions > 0 {
			fmt.Fprintf(&b, " \t %g instr/op", d.instructions)
		}
		if d.hash > 0 {
			fmt.Fprintf(&b, " \t %.0f history-hash", d.hash)
		}
		b.WriteByte('\n')
		samples++
	}
	drift := rand.New(rand.NewPCG(99, 2)) // the machine's, the same for both sides
	for round := range d.rounds {
		speed := 1 + 0.2*drift.Float64()
		if d.layouts == 0 {
			speed = 1
		}
		for l := range spread {
			if d.layouts > 0 {
				fmt.Fprintf(&b, "layout: %d\nround: %d\n", d.first+l, round)
			}
			one := func() float64 { return speed * (1 + spread[l]) * math.Exp(d.noise*r.NormFloat64()) }
			line("SPSC/ends=1", 5*one()*(1+d.slower))
			line("B", 200*one())
		}
	}
	fmt.Fprintf(&b, "# status: complete, %d rounds, %d samples\n", d.rounds, samples)
	return b.String()
}

// set parses it.
func (d doctor) set(t testing.TB, name string) *Set {
	t.Helper()
	s, err := Parse(name, []byte(d.text()))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// verdict compares two.
func verdict(t testing.TB, base, head doctor) *Verdict {
	t.Helper()
	v, err := Judge(base.set(t, "base.txt"), head.set(t, "head.txt"), Options{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// expect says what a verdict has to be.
func expect(t *testing.T, what string, v *Verdict, exit int, outcome Outcome) {
	t.Helper()
	var row *Judged
	for _, j := range v.Rows {
		if j.Name == "SPSC/ends=1" && j.Gated && (row == nil || j.Outcome < row.Outcome) {
			row = j
		}
	}
	if v.Exit() != exit || row == nil || row.Outcome != outcome {
		var b strings.Builder
		v.WriteText(&b, 0)
		t.Errorf("%s: exit %d, want %d and %s:\n%s", what, v.Exit(), exit, outcome, &b)
	}
}

// The gate tests itself: results that were doctored must fail, the same code must
// pass, and what cannot be judged must not.
func TestGateOnDoctoredResults(t *testing.T) {
	with := func(d doctor, change func(*doctor)) doctor { change(&d); return d }
	slow := func(by float64) func(*doctor) { return func(d *doctor) { d.slower = by } }

	expect(t, "same", verdict(t, plain(1), plain(2)), ExitPass, Same)
	expect(t, "5 % slower", verdict(t, plain(1), with(plain(2), slow(0.05))), ExitRegressed, Regressed)
	expect(t, "5 % faster", verdict(t, plain(1), with(plain(2), slow(-0.05))), ExitPass, Improved)
	expect(t, "other machine", verdict(t, plain(1), with(plain(2), func(d *doctor) { d.cpu = "Y" })),
		ExitInconclusive, Inconclusive)
	expect(t, "5 samples", verdict(t, plain(1), with(plain(2), func(d *doctor) { d.rounds = 5 })),
		ExitInconclusive, Inconclusive)
	expect(t, "much noise", verdict(t, with(plain(1), func(d *doctor) { d.noise = 0.5 }), plain(2)),
		ExitInconclusive, Inconclusive)

	expect(t, "same, layouts", verdict(t, layouts(1, 1), layouts(2, 9)), ExitPass, Same)
	expect(t, "2.5 % slower, layouts", verdict(t, layouts(1, 1), with(layouts(2, 9), slow(0.025))),
		ExitRegressed, Regressed)
	expect(t, "4 layouts", verdict(t, layouts(1, 1), with(layouts(2, 9), func(d *doctor) {
		d.layouts = 4
	})), ExitInconclusive, Inconclusive)

	instr := func(n float64) func(*doctor) { return func(d *doctor) { d.instructions = n } }
	expect(t, "0.5 % more instructions", verdict(t, with(plain(1), instr(1000)),
		with(plain(2), instr(1005))), ExitPass, Same)
	expect(t, "1.5 % more instructions", verdict(t, with(plain(1), instr(1000)),
		with(plain(2), instr(1015))), ExitRegressed, Regressed)

	hash := func(n float64) func(*doctor) { return func(d *doctor) { d.hash = n } }
	expect(t, "another history", verdict(t, with(plain(1), hash(4503599627370497)),
		with(plain(2), hash(4503599627370498))), ExitRegressed, Regressed)
	expect(t, "the same history", verdict(t, with(plain(1), hash(4503599627370497)),
		with(plain(2), hash(4503599627370497))), ExitPass, Same)
}

// Host time that moves while the instructions stay is put down to the layout,
// unless every layout of the head is slower than every one of the base.
func TestEqualInstructions(t *testing.T) {
	base, head := layouts(1, 1), layouts(2, 9)
	base.instructions, head.instructions = 100, 100
	head.slower = 0.05
	expect(t, "every layout", verdict(t, base, head), ExitRegressed, Regressed)

	base.layoutSpread, head.layoutSpread = 0.02, 0.02
	base.seed, head.seed = 5, 6
	v := verdict(t, base, head)
	for _, j := range v.Rows {
		if j.Name == "SPSC/ends=1" && j.Kind == Host && j.Gated && j.Outcome == Regressed {
			t.Errorf("layouts overlap, and yet: %+v", j)
		}
	}
	base, head = plain(1), plain(2)
	base.instructions, head.instructions, head.slower = 100, 100, 0.05
	v = verdict(t, base, head)
	expect(t, "no layouts", v, ExitInconclusive, Inconclusive)
	if !strings.Contains(v.Line(), "build more layouts") {
		t.Error(v.Line())
	}
	base.noise, head.noise, head.slower = 0.0005, 0.0005, 0.005
	v = verdict(t, base, head)
	expect(t, "a real change below the limit", v, ExitPass, Same)
	base, head = plain(1), plain(2)
	base.instructions, head.slower = 100, 0.05
	head.instructions = 110
	expect(t, "more instructions", verdict(t, base, head), ExitRegressed, Regressed)
}

// With no change at all, false alarms are rarer than the rate that is promised;
// a drift of 20 % between rounds is no change.
func TestFalseAlarmsAndPower(t *testing.T) {
	const runs = 150
	alarms, found := 0, 0
	for i := range uint64(runs) {
		base, head := layouts(2*i+1000, 1), layouts(2*i+1001, 9)
		if verdict(t, base, head).Exit() == ExitRegressed {
			alarms++
		}
		head.slower = 0.025
		if verdict(t, base, head).Exit() == ExitRegressed {
			found++
		}
	}
	t.Logf("%d false alarms, %d of %d slowdowns of 2.5 %% found", alarms, found, runs)
	if alarms > 3 || found < runs*98/100 {
		t.Errorf("%d false alarms and %d slowdowns found of %d", alarms, found, runs)
	}
}

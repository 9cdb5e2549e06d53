package replay

import "testing"

// split is jobs to fit to; all others are judged.
type split func(job int) bool

// manySplits returns many ways to cut n jobs in two: each beginning and each end from a
// fifth to four fifths of them, each fifth left out, and every other block of a
// tenth.
func manySplits(n int) []split {
	var list []split
	for k := n / 5; k <= n*4/5; k += n / 20 {
		list = append(list, func(i int) bool { return i < k }, func(i int) bool { return i >= n-k })
	}
	for f := range 5 {
		list = append(list, func(i int) bool { return i*5/n != f })
	}
	for f := range 2 {
		list = append(list, func(i int) bool { return i*10/n%2 == f })
	}
	return list
}

// TestManySplits: wherever the recorded desktop is cut, the replay is nearer to what
// it was not fitted to than the naive one, on average by what results/replay.md
// says. The parts differ: how hard one is to predict is seen from the naive replay.
func TestManySplits(t *testing.T) {
	for _, c := range []struct {
		name              string
		most, mostByNaive float64 // of the mean over the splits, %; of its ratio
	}{{"amdgpu_events.txt", 0.685, 0.92}, {"amdgpu_jobs.csv", 0.705, 0.95}} {
		in, p := shared(t, c.name), amdgpu(t)
		cold := in.Cold(p.Slots)
		mean, naive, worst := 0.0, 0.0, 0.0
		list := manySplits(len(in.Jobs))
		for _, fitted := range list {
			m, err := Fit(p, in, fitted)
			if err != nil {
				t.Fatal(err)
			}
			out, err := m.Run(p, in)
			if err != nil {
				t.Fatal(err)
			}
			others := func(i int) bool { return !fitted(i) && !cold[i] }
			e := Judge(in, out, others).SubmitDoneMAPE()
			mean += e / float64(len(list))
			naive += Judge(in, FitNaive(p, in, fitted).Run(in), others).SubmitDoneMAPE() /
				float64(len(list))
			worst = max(worst, e)
		}
		t.Logf("%s: %d splits: mean %.3f %%, worst %.3f %%; naive %.3f %%", c.name, len(list), mean,
			worst, naive)
		if mean > c.most || mean > naive*c.mostByNaive {
			t.Errorf("%s: %.3f %%, naive %.3f %%; want at most %.3f %%, and %.2f of the naive one",
				c.name, mean, naive, c.most, c.mostByNaive)
		}
	}
}

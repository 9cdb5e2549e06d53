package replay

import (
	"math"
	"math/rand/v2"
	"testing"

	"credence/core/fence"
)

// TestTrend: a slope that is there is found in spite of wild values; noise has
// nearly none.
func TestTrend(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	var x, y, noise []float64
	for i := range 200 {
		x = append(x, r.Float64()*100)
		noise = append(noise, r.NormFloat64()*10)
		y = append(y, 2*x[i]+noise[i])
		if i%20 == 0 {
			y[i] += 10_000
		}
	}
	if got := trend(x, y); math.Abs(got-2) > 0.1 {
		t.Errorf("the slope is %v, want 2", got)
	}
	shrunk, whole := 0.0, 0.0
	for range 100 {
		for i := range noise {
			noise[i] = r.NormFloat64()
		}
		shrunk += math.Abs(trend(x, noise))
		whole += math.Abs(theilSen(x, noise))
	}
	if shrunk > 0.6*whole {
		t.Errorf("noise has slopes of %v, shrunk %v", whole/100, shrunk/100)
	}
	if got := trend(x[:2*MinJobs-1], y[:2*MinJobs-1]); got != 0 {
		t.Errorf("too few values have the slope %v", got)
	}
	if got := trend(make([]float64, 50), y[:50]); got != 0 {
		t.Errorf("one x has the slope %v", got)
	}
}

// TestSplits: two groups are told apart if they differ, and not otherwise.
func TestSplits(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	var same, differ []float64
	var group []bool
	for i := range 100 {
		v := r.NormFloat64() * 10
		group = append(group, r.IntN(3) == 0)
		same, differ = append(same, v), append(differ, v)
		if group[i] {
			differ[i] += 20
		}
	}
	if splits(same, group) || !splits(differ, group) {
		t.Errorf("equal groups are told apart: %t; different ones: %t", splits(same, group),
			splits(differ, group))
	}
	few := make([]bool, 100)
	for i := range MinJobs - 1 {
		few[10*i] = true
		differ[10*i] += 1000
	}
	if splits(differ, few) {
		t.Error("a group of 7 gets a median of its own")
	}
}

// TestRecentMedian counts newer values more.
func TestRecentMedian(t *testing.T) {
	var v []float64
	for range 60 {
		v = append(v, 1)
	}
	for range 41 {
		v = append(v, 2)
	}
	if got := recentMedian(v); got != 2 {
		t.Errorf("it is %v: 41 new values count more than 60 old ones", got)
	}
	if got := recentMedian(v[:len(v)-21]); got != 1 {
		t.Errorf("it is %v: 20 new values do not", got)
	}
	if got := recentMedian(nil); got != 0 {
		t.Errorf("of nothing it is %v", got)
	}
}

// TestJudge computes errors by hand.
func TestJudge(t *testing.T) {
	in := table(t, "g,1,1,a,0,0,10,100\ng,1,2,a,0,100,120,300\ng,1,3,b,0,300,310,\n"+
		"g,2,1,b,0,400,440,500\ng,2,2,b,0,500,510,520\n")
	at := func(us int64) fence.Time { return fence.Time(us * 1000) }
	out := []Outcome{
		{Run: at(20), End: at(110)}, {Run: at(110), End: at(296)}, {Run: at(300), End: at(301)},
		{Run: at(400), End: at(500)}, {Run: -1, End: -1},
	}
	s := Judge(in, out, func(i int) bool { return true })
	if s.Judged != 3 || s.Incomplete != 1 || s.Unended != 1 || len(s.Errors) != 9 {
		t.Fatalf("%+v", s)
	}
	for i, want := range []Errors{
		{SubmitToRun, All, 3, 20, 10, 40, 40, (100. + 50 + 100) / 3, 100, 0},
		{SubmitToRun, "g a", 2, 10, 10, 10, 10, 75, 75, 0},
		{SubmitToRun, "g b", 1, 40, 40, 40, 40, 100, 100, 0},
		{RunToDone, All, 3, 46. / 3, 6, 40, 40, (100*6/180. + 100*40/60.) / 3, 100 * 6 / 180., 100 / 3.},
		{RunToDone, "g a", 2, 3, 3, 6, 6, 100 * 6 / 180. / 2, 100 * 6 / 180. / 2, 50},
		{RunToDone, "g b", 1, 40, 40, 40, 40, 100 * 40 / 60., 100 * 40 / 60., 0},
		{SubmitToDone, All, 3, 14. / 3, 4, 10, 10, 4, 2, 100 / 3.},
		{SubmitToDone, "g a", 2, 7, 7, 10, 10, 6, 6, 0},
		{SubmitToDone, "g b", 1, 0, 0, 0, 0, 0, 0, 100},
	} {
		if !equal(s.Errors[i], want) {
			t.Errorf("%d: %+v, want %+v", i, s.Errors[i], want)
		}
	}
	if got := s.SubmitDoneMAPE(); math.Abs(got-4) > 1e-9 {
		t.Errorf("mean relative error %v, want 4", got)
	}
}

// equal compares errors but for rounding.
func equal(a, b Errors) bool {
	x := [...]float64{a.Mean, a.Median, a.P90, a.P99, a.MeanRelative, a.MedianRelative, a.Within1}
	y := [...]float64{b.Mean, b.Median, b.P90, b.P99, b.MeanRelative, b.MedianRelative, b.Within1}
	for i := range x {
		if math.Abs(x[i]-y[i]) > 1e-9 {
			return false
		}
	}
	return a.Stage == b.Stage && a.Class == b.Class && a.Jobs == b.Jobs
}

// late returns a fit with two jobs of class a, each with one of class b behind it,
// that end later than replayed by so many nanoseconds.
func late(t *testing.T, lateness ...int64) (*fit, []Outcome) {
	in := table(t, "g,1,1,a,0,0,1,10\ng,2,1,b,0,5,6,14\n"+
		"g,1,2,a,0,100,101,110\ng,2,2,b,0,105,106,114\n")
	f := newFit(amdgpu(t), in, everyJob)
	f.start()
	out := make([]Outcome, len(lateness))
	for i, l := range lateness {
		out[i] = Outcome{Run: in.Jobs[i].Run, End: in.Jobs[i].End - fence.Time(l), behind: -1}
	}
	findBehind(in, out)
	return f, out
}

// TestCorrectTakesOffWhatIsInherited in its first round.
func TestCorrectTakesOffWhatIsInherited(t *testing.T) {
	f, out := late(t, 100, 130, 100, 130)
	a, b := f.model.Classes[0].Duration, f.model.Classes[1].Duration
	if most := f.correct(out); most != 100 {
		t.Errorf("the largest correction is %d", most)
	}
	if d, e := f.model.Classes[0].Duration-a, f.model.Classes[1].Duration-b; d != 100 || e != 30 {
		t.Errorf("the corrections are %d and %d, want 100 and 30", d, e)
	}
}

// TestChainIsTheMeanOfWhatFollows without a pause.
func TestChainIsTheMeanOfWhatFollows(t *testing.T) {
	f, out := late(t, 100, 130, 700, 900)
	for job, want := range []float64{115, 130, 800, 900} {
		if got, ok := f.chain(out, f.successors(out), int32(job)); !ok || got != want {
			t.Errorf("job %d: %v, want %v", job, got, want)
		}
	}
}

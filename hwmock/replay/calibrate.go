package replay

import (
	"cmp"
	"math"
	"slices"

	"credence/core/fence"
)

const (
	// rounds is how often the durations are corrected by what a replay shows, and
	// still is what a correction may be for that to end.
	rounds = 6
	still  = 500 * fence.Nanosecond
	// halfLife is after how many jobs of its class one counts half.
	halfLife = 40
)

// calibrate replays what was fitted to, and corrects each class's duration by
// the median error of its end, less what it inherits from the job before: the
// device has latencies of its own, and a wake-up that was guessed wrong moves
// the end, too.
func (f *fit) calibrate() error {
	for range rounds {
		out, err := f.model.Run(f.profile, f.in)
		if err != nil {
			return err
		}
		if f.correct(out) <= still {
			return nil
		}
	}
	return nil
}

// correct does one round and returns the largest correction.
func (f *fit) correct(out []Outcome) fence.Duration {
	late, before := f.shares(out)
	own := make([]float64, len(late))
	for c := range late {
		own[c] = recentMedian(late[c])
	}
	var most fence.Duration
	for i := range f.model.Classes {
		x := &f.model.Classes[i]
		c := slices.Index(f.in.Classes, x.Class)
		inherited := make([]float64, len(before[c]))
		for k, b := range before[c] {
			if b >= 0 {
				inherited[k] = own[b]
			}
		}
		d := fence.Duration(own[c] - medianOf(inherited))
		x.Duration = max(1, x.Duration+d)
		most = max(most, d, -d)
	}
	return most
}

// shares returns, for the jobs of each class, their lateness, and the class that
// they inherit a part of it from, or -1. A job inherits the median of the class
// before it: then the medians of all classes' errors come to 0. Where the engine
// has not paused for maxChain jobs, errors add up; there, the lateness is what
// came since the very job before it, and nothing is inherited.
func (f *fit) shares(out []Outcome) (late [][]float64, before [][]int) {
	late, before = make([][]float64, len(f.in.Classes)), make([][]int, len(f.in.Classes))
	for _, o := range f.observed {
		e, ok := f.lateness(out, o.job)
		if !ok {
			continue
		}
		from := -1
		if b := out[o.job].behind; b >= 0 && out[o.job].depth < maxChain {
			from = f.in.Jobs[b].Class
		} else if b >= 0 {
			deep, _ := f.lateness(out, b)
			e -= deep
		}
		c := f.in.Jobs[o.job].Class
		late[c], before[c] = append(late[c], e), append(before[c], from)
	}
	return late, before
}

// lateness returns by how much the recorded end is later than the replayed one,
// in nanoseconds, if the job ended in the replay.
func (f *fit) lateness(out []Outcome, job int32) (float64, bool) {
	return float64(f.in.Jobs[job].End.Sub(out[job].End)), out[job].End >= 0
}

// recentMedian returns the median of a list in which each value counts by its
// age, of an empty list 0.
func recentMedian(v []float64) float64 {
	type value struct{ x, weight float64 }
	list := make([]value, len(v))
	half := 0.0
	for i, x := range v {
		list[i] = value{x, math.Exp2(-float64(len(v)-1-i) / halfLife)}
		half += list[i].weight / 2
	}
	slices.SortFunc(list, func(a, b value) int { return cmp.Compare(a.x, b.x) })
	for _, e := range list {
		if half -= e.weight; half <= 0 {
			return e.x
		}
	}
	return 0
}

// slopes looks for classes whose jobs take longer the longer they are alone, and
// calibrates again if there are any.
func (f *fit) slopes() error {
	out, err := f.model.Run(f.profile, f.in)
	if err != nil {
		return err
	}
	next, lists := f.successors(out), f.byClass()
	found := false
	for i := range f.model.Classes {
		c := &f.model.Classes[i]
		own := lists[slices.Index(f.in.Classes, c.Class)]
		found = f.slope(c, own, out, next) || found
	}
	if !found {
		return nil
	}
	return f.calibrate()
}

// successors returns for each job the one that waited behind it, or -1.
func (f *fit) successors(out []Outcome) []int32 {
	next := make([]int32, len(out))
	for i := range next {
		next[i] = -1
	}
	for _, o := range f.observed {
		if b := out[o.job].behind; b >= 0 {
			next[b] = o.job
		}
	}
	return next
}

// slope sets the slope of a class, from its jobs that found the engine free, and
// reports whether it has one.
func (f *fit) slope(c *ClassModel, own []observation, out []Outcome, next []int32) bool {
	var quiet, late []float64
	for _, o := range own {
		j := &f.in.Jobs[o.job]
		if j.Quiet >= c.Duration || out[o.job].behind >= 0 {
			continue
		}
		if e, ok := f.chain(out, next, o.job); ok {
			quiet, late = append(quiet, float64(j.Quiet)), append(late, e)
		}
	}
	rate := trend(quiet, late)
	if rate == 0 {
		return false
	}
	low, high := slices.Min(quiet), slices.Max(quiet)
	beyond := (high - low) / 2
	c.Quiet = Slope{
		Rate: rate, Mean: fence.Duration(medianOf(quiet)),
		Low: fence.Duration(low - beyond), High: fence.Duration(high + beyond),
	}
	return true
}

// maxChain is how many jobs that the engine did without a pause are looked at
// together.
const maxChain = 8

// chain returns the mean lateness of a job and of those that the engine did next
// without a pause: each tells of the first one's end, through an interrupt of its
// own.
func (f *fit) chain(out []Outcome, next []int32, job int32) (float64, bool) {
	sum, n := 0.0, 0.0
	for ; job >= 0 && n < maxChain; job = next[job] {
		e, ok := f.lateness(out, job)
		if !ok {
			break
		}
		sum += e
		n++
	}
	return sum / max(n, 1), n > 0
}

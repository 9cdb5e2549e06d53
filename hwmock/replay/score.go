package replay

import (
	"fmt"
	"math"

	"github.com/montanaflynn/stats"

	"credence/core/fence"
)

// Stage is a part of a job's life.
type Stage uint8

// The stages.
const (
	SubmitToRun Stage = iota
	RunToDone
	SubmitToDone
	numStages
)

var stageNames = [numStages]string{"submit-run", "run-done", "submit-done"}

// String returns the stage's name, such as "run-done".
func (s Stage) String() string {
	if s >= numStages {
		return fmt.Sprintf("stage(%d)", uint8(s))
	}
	return stageNames[s]
}

func (s Stage) of(submit, run, end fence.Time) fence.Duration {
	switch s {
	case SubmitToRun:
		return run.Sub(submit)
	case RunToDone:
		return end.Sub(run)
	}
	return end.Sub(submit)
}

// Errors is how far a stage of some jobs is from what was recorded.
type Errors struct {
	Stage Stage
	Class string // "all" for all classes
	Jobs  int
	// Absolute errors in microseconds; percentiles by nearest rank.
	Mean, Median, P90, P99 float64
	// Relative errors in per cent of what was recorded, and how many of the jobs
	// are within 1 % of it, in per cent.
	MeanRelative, MedianRelative, Within1 float64
}

// All is the Class of errors over all classes.
const All = "all"

// Score is the errors of a replay.
type Score struct {
	Judged int // jobs that were
	// Incomplete jobs to be judged have an instant that was not recorded; Unended
	// ones did not end in the replay.
	Incomplete, Unended int
	Errors              []Errors // by stage; in it all classes first, then each
}

// SubmitDoneMAPE is the mean relative error of submit to done, in per cent.
func (s *Score) SubmitDoneMAPE() float64 {
	for i := range s.Errors {
		if e := &s.Errors[i]; e.Stage == SubmitToDone && e.Class == All {
			return e.MeanRelative
		}
	}
	return math.NaN()
}

// Judge compares the outcomes of the jobs for which use reports true.
func Judge(in *Input, out []Outcome, use func(job int) bool) *Score {
	s := &Score{}
	var jobs []int
	own := make([][]int, len(in.Classes))
	for i := range in.Jobs {
		switch {
		case !use(i):
		case !in.Jobs[i].complete():
			s.Incomplete++
		case out[i].End < 0:
			s.Unended++
		default:
			jobs = append(jobs, i)
			own[in.Jobs[i].Class] = append(own[in.Jobs[i].Class], i)
		}
	}
	s.Judged = len(jobs)
	for stage := range numStages {
		s.add(in, out, stage, All, jobs)
		for c, class := range in.Classes {
			s.add(in, out, stage, class.String(), own[c])
		}
	}
	return s
}

// add computes the errors of one stage of some jobs.
func (s *Score) add(in *Input, out []Outcome, stage Stage, class string, jobs []int) {
	if len(jobs) == 0 {
		return
	}
	var absolute, relative stats.Float64Data
	within := 0
	for _, i := range jobs {
		j, o := &in.Jobs[i], &out[i]
		want := stage.of(j.Submit, j.Run, j.End)
		off := math.Abs(float64(stage.of(j.Submit, o.Run, o.End) - want))
		absolute = append(absolute, off/float64(fence.Microsecond))
		share := 100 * off / float64(max(want, 1))
		relative = append(relative, share)
		if share <= 1 {
			within++
		}
	}
	s.Errors = append(s.Errors, Errors{
		Stage: stage, Class: class, Jobs: len(jobs),
		Mean: must(absolute.Mean()), Median: must(absolute.Median()),
		P90: must(absolute.PercentileNearestRank(90)), P99: must(absolute.PercentileNearestRank(99)),
		MeanRelative: must(relative.Mean()), MedianRelative: must(relative.Median()),
		Within1: 100 * float64(within) / float64(len(jobs)),
	})
}

// must returns a statistic of a list that is not empty, of which all exist.
func must(x float64, err error) float64 {
	if err != nil {
		panic(fmt.Sprintf("replay: %v", err))
	}
	return x
}

package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"credence/hwmock/replay"
	"credence/hwmock/trace"
)

// writeReplayText writes the constants and two tables.
func writeReplayText(w io.Writer, rep *replayReport) error {
	c := rep.config
	var b strings.Builder
	fmt.Fprintf(&b, "device %s, fitted to %s, %d of %d jobs judged\n\nConstants:\n%s\n",
		c.profile.Name, c.fitted(), rep.score.Judged, len(rep.input.Jobs), rep.constants())
	b.WriteString(errorTable(rep.score))
	fmt.Fprintf(&b, "\nsubmit-done, mean relative error: %.3f %%; naive: %.3f %%\n",
		rep.score.SubmitDoneMAPE(), rep.naive.SubmitDoneMAPE())
	if len(rep.notes) > 0 {
		b.WriteString("\nNotes:\n")
		for _, n := range rep.notes {
			fold(&b, "  ", "  "+n)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// constants returns the table of what the fit found.
func (rep *replayReport) constants() string {
	t := table{columns: []column{
		{"", "class"}, {"", "jobs"}, {"wake us", "other cpu"}, {"wake us", "same"},
		{"", "execution us"}, {"us per 100 us", "alone"}, {"", "beyond us"},
	}}
	for i := range rep.model.Classes {
		m := &rep.model.Classes[i]
		row := []string{m.Class.String(), strconv.Itoa(m.Jobs), milli(int64(m.Wake)),
			milli(int64(m.WakeSame)), milli(int64(m.Duration)), "", ""}
		if m.Quiet.Rate != 0 {
			row[5] = fmt.Sprintf("%+.2f", 100*m.Quiet.Rate)
			row[6] = milli(int64(m.Quiet.Mean))
		}
		t.rows = append(t.rows, row)
	}
	return t.String() + fmt.Sprintf("From a completion to the run of a job that waited for it: "+
		"%s us.\n", milli(int64(rep.model.Finish)))
}

// errorTable returns the table of errors, a stage after the other.
func errorTable(s *replay.Score) string {
	t := table{columns: []column{
		{"", "stage"}, {"", "class"}, {"", "jobs"},
		{"error us", "mean"}, {"error us", "median"}, {"error us", "p90"}, {"error us", "p99"},
		{"error %", "mean"}, {"error %", "median"}, {"error %", "within 1 %"},
	}}
	for i := range s.Errors {
		e := &s.Errors[i]
		t.rows = append(t.rows, []string{
			e.Stage.String(), e.Class, strconv.Itoa(e.Jobs),
			fixed(e.Mean, 1), fixed(e.Median, 1), fixed(e.P90, 1), fixed(e.P99, 1),
			fixed(e.MeanRelative, 2), fixed(e.MedianRelative, 2), fixed(e.Within1, 0),
		})
	}
	return t.String()
}

func fixed(x float64, places int) string { return strconv.FormatFloat(x, 'f', places, 64) }

// replayJSON is the object that -format json writes; the order of the fields is
// that of the output. Figures ending in _us are microseconds, in _pct per cent,
// and mape is in per cent, too.
type replayJSON struct {
	Trace         string         `json:"trace"`
	Device        string         `json:"device"`
	Fit           fitJSON        `json:"fit"`
	Judged        int            `json:"judged"`
	Incomplete    int            `json:"incomplete"`
	Unended       int            `json:"unended"`
	Unsubmitted   int            `json:"unsubmitted"`
	MAPE          float64        `json:"submit_done_mape"`
	NaiveMAPE     float64        `json:"naive_submit_done_mape"`
	Errors        []errorJSON    `json:"errors"`
	NaiveErrors   []errorJSON    `json:"naive_errors"`
	Lines         int            `json:"lines"`
	Problems      int            `json:"problems"`
	ProblemCounts map[string]int `json:"problem_counts"`
	Notes         []string       `json:"notes"`
}

type fitJSON struct {
	To       string      `json:"to"`
	Jobs     int         `json:"jobs"`
	FinishUS float64     `json:"completion_to_run_us"`
	Classes  []classJSON `json:"classes"`
}

type classJSON struct {
	Class      string  `json:"class"`
	Jobs       int     `json:"jobs"`
	WakeUS     float64 `json:"wake_us"`
	WakeSameUS float64 `json:"wake_same_cpu_us"`
	ExecUS     float64 `json:"execution_us"`
	Rate       float64 `json:"us_per_us_alone"`
	BeyondUS   float64 `json:"alone_beyond_us"`
}

type errorJSON struct {
	Stage          string  `json:"stage"`
	Class          string  `json:"class"`
	Jobs           int     `json:"jobs"`
	Mean           float64 `json:"mean_us"`
	Median         float64 `json:"median_us"`
	P90            float64 `json:"p90_us"`
	P99            float64 `json:"p99_us"`
	MeanRelative   float64 `json:"mean_pct"`
	MedianRelative float64 `json:"median_pct"`
	Within1        float64 `json:"within_1_pct"`
}

// writeReplayJSON writes one object in one line.
func writeReplayJSON(w io.Writer, rep *replayReport) error {
	s, m := rep.score, rep.model
	o := &replayJSON{
		Trace: rep.config.file, Device: rep.config.profile.Name,
		Fit:    fitJSON{To: rep.config.fitted(), Jobs: m.Jobs, FinishUS: float64(m.Finish) / 1000},
		Judged: s.Judged, Incomplete: s.Incomplete, Unended: s.Unended,
		Unsubmitted: rep.input.Unsubmitted,
		MAPE:        round(s.SubmitDoneMAPE()), NaiveMAPE: round(rep.naive.SubmitDoneMAPE()),
		Errors: errorsJSON(s), NaiveErrors: errorsJSON(rep.naive), Lines: rep.trace.Lines,
		Problems: rep.trace.Problems.Total(), ProblemCounts: problemCounts(rep.trace),
		Notes: append([]string{}, rep.notes...),
	}
	for i := range m.Classes {
		c := &m.Classes[i]
		o.Fit.Classes = append(o.Fit.Classes, classJSON{
			c.Class.String(), c.Jobs, float64(c.Wake) / 1000, float64(c.WakeSame) / 1000,
			float64(c.Duration) / 1000, round(c.Quiet.Rate), float64(c.Quiet.Mean) / 1000,
		})
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e.Encode(o)
}

// problemCounts counts by class; the encoder writes keys in order.
func problemCounts(t *trace.Trace) map[string]int {
	counts := map[string]int{}
	for class, n := range t.Problems.Classes {
		counts[class.String()] = n
	}
	return counts
}

func errorsJSON(s *replay.Score) []errorJSON {
	list := []errorJSON{}
	for i := range s.Errors {
		e := &s.Errors[i]
		list = append(list, errorJSON{
			e.Stage.String(), e.Class, e.Jobs, round(e.Mean), round(e.Median), round(e.P90), round(e.P99),
			round(e.MeanRelative), round(e.MedianRelative), round(e.Within1),
		})
	}
	return list
}

// round keeps the digits that are the same on every machine.
func round(x float64) float64 { return math.Round(x*1e4) / 1e4 }

package report

import (
	"cmp"
	"fmt"
	"slices"

	"credence/bench/report/chart"
	"credence/bench/sim"
)

// maxWaits is how many waits of a job are shown, the longest.
const maxWaits = 3

// stories tells what the jobs at p99 of runs waited for.
func (b *builder) stories(s *section, runs []*latencyRun) {
	t := &table{Left: 2, Head: []string{"flow control, job", "the job", "from", "for"},
		Caption: fmt.Sprintf("What the job at p99 of %s waited for: its longest %d waits in their order, "+
			"from its push", runs[0].work, maxWaits)}
	for _, x := range runs {
		if x.story == nil {
			continue
		}
		by := b.command(fmt.Sprintf("go run ./bench/cmd/schedbench why -job %d -flow %s %s"+
			"bench/workloads/%s%s", x.story.Job, x.flow, x.timeFlag(), x.work, sim.Suffix))
		for i, w := range longest(x.story.Waits) {
			r := row{Cells: cells("", w.First.Why(), chart.Time(float64(w.From.Sub(x.story.Pushed))),
				chart.Time(float64(w.To.Sub(w.From))))}
			if i == 0 {
				r.Cells[0] = cell{Text: fmt.Sprintf("%s, %d", x.names(), x.story.Job), Command: by}
			}
			t.Rows = append(t.Rows, r)
		}
	}
	s.add(block{Table: t})
}

// longest returns the longest waits in their order.
func longest(waits []sim.Wait) []sim.Wait {
	list := slices.Clone(waits)
	slices.SortStableFunc(list, func(a, b sim.Wait) int {
		return cmp.Compare(b.To.Sub(b.From), a.To.Sub(a.From))
	})
	list = list[:min(len(list), maxWaits)]
	slices.SortStableFunc(list, func(a, b sim.Wait) int { return cmp.Compare(a.From, b.From) })
	return slices.DeleteFunc(list, func(w sim.Wait) bool { return w.From == w.To })
}

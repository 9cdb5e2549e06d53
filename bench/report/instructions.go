package report

import (
	"fmt"
	"strconv"
	"strings"

	"credence/bench/report/chart"
)

const instructionsCommand = "./scripts/instructions"

// instrRow is a line of instructions-DATE.txt.
type instrRow struct {
	policy, flow, busy, rest string
	all, kernel              float64
	allocs                   string
	known                    bool // kernel is
}

// readInstructions parses the table that scripts/instructions prints.
func readInstructions(name string, data []byte) ([]instrRow, error) {
	var list []instrRow
	for i, line := range strings.Split(string(data), "\n") {
		if !strings.HasPrefix(line, "policy=") {
			continue
		}
		r, err := instructionLine(strings.Fields(line))
		if err != nil {
			return nil, damaged(name, i+1, err.Error(), instructionsCommand)
		}
		list = append(list, r)
	}
	if len(list) == 0 {
		return nil, damaged(name, 1, "it has no row", instructionsCommand)
	}
	return list, nil
}

// instructionLine reads the columns of a row.
func instructionLine(f []string) (instrRow, error) {
	const columns = 7
	if len(f) != columns {
		return instrRow{}, fmt.Errorf("%d columns, not %d", len(f), columns)
	}
	r := instrRow{allocs: f[6], known: f[4] != "-"}
	to := map[string]*string{"policy": &r.policy, "flow": &r.flow, "busy": &r.busy, "rest": &r.rest}
	for part := range strings.SplitSeq(f[0], "/") {
		if key, value, _ := strings.Cut(part, "="); to[key] != nil {
			*to[key] = value
		}
	}
	var err error
	if r.all, err = strconv.ParseFloat(f[1], 64); err != nil {
		return r, err
	}
	if r.known {
		r.kernel, err = strconv.ParseFloat(f[4], 64)
	}
	return r, err
}

// instructions sets the core beside the kernel's code.
func instructions(b *builder, s *section) error {
	name, data, err := b.newestText("instructions-*.txt", "Instructions were not counted",
		instructionsCommand)
	if err != nil {
		return err
	}
	rows, err := readInstructions(name, data)
	if err != nil {
		return err
	}
	by := b.command(instructionsCommand)
	instructionVerdicts(b, s, rows, by)
	s.Lead = "What a job costs from submission to free: this scheduler in Go beside the kernel's in C, " +
		"as slopes of counted instructions, which repeat to the digit. Both sides contain the loop and " +
		"a backend that does nothing."
	series := []string{"Credence", "the kernel's C"}
	s.add(block{Legend: legend(false, series...)})
	var figures []figure
	for _, policy := range []string{"fifo", "rr", "fair"} {
		if f, ok := instructionFigure(b, rows, policy); ok {
			figures = append(figures, f)
		}
	}
	s.add(block{Figures: figures, Wide: true, Command: by})
	return nil
}

// instructionFigure draws a policy.
func instructionFigure(b *builder, rows []instrRow, policy string) (figure, bool) {
	r := chart.Rows{Axis: chart.Axis{Zero: true}}
	for _, x := range rows {
		if x.policy != policy || x.rest != "none" {
			continue
		}
		w := chart.Row{Label: fmt.Sprintf("%s · %s busy", x.flow, entities(x.busy)),
			Value: chart.Plain(x.all), Marks: []chart.Mark{{Look: 0, At: x.all}}}
		if x.known {
			w.Value = fmt.Sprintf("%s : %s = %.2f", w.Value, chart.Plain(x.kernel), x.all/x.kernel)
			w.Marks = append(w.Marks, chart.Mark{Look: 1, At: x.kernel})
		}
		r.Rows = append(r.Rows, w)
	}
	if len(r.Rows) == 0 {
		return figure{}, false
	}
	name := strings.ToUpper(policy)
	r.Title = "Instructions a job, " + name
	r.Desc = fmt.Sprintf("%d rows, this scheduler and the kernel's; the first: %s, %s.", len(r.Rows),
		r.Rows[0].Label, r.Rows[0].Value)
	return b.figure(name, "", r.Draw()), true
}

func entities(n string) string {
	if n == "1" {
		return "1 entity"
	}
	return n + " entities"
}

// instructionVerdicts says what the counts bear out.
func instructionVerdicts(b *builder, s *section, rows []instrRow, by *command) {
	allocs, idle, equal := 0, 0, 0
	alone := map[string]float64{}
	for _, x := range rows {
		if x.allocs != "0" {
			allocs++
		}
		key := x.policy + x.flow + x.busy
		if x.rest == "none" {
			alone[key] = x.all
			continue
		}
		idle++
		if alone[key] == x.all {
			equal++
		}
	}
	b.verdict(s, verdict{State: when(allocs == 0), Claim: "A job allocates nothing",
		Figure:  fmt.Sprintf("in %d of %d configurations", len(rows)-allocs, len(rows)),
		Command: by})
	if idle > 0 {
		b.verdict(s, verdict{State: when(idle == equal),
			Claim: "Entities that have nothing to run cost a job nothing",
			Figure: fmt.Sprintf("%d of %d counts with 65,535 of them are those without, to the digit",
				equal, idle), Command: by})
	}
}

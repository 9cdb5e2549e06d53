package report

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"credence/bench/report/chart"
)

// studyCommand makes results/flow-control.csv.
const studyCommand = "go run ./bench/cmd/schedbench study -o results/flow-control.md"

// flowRow is a line of the study: one flow on one device under one workload.
type flowRow struct {
	device, work, flow, history   string
	queues                        int64
	cannotDiffer                  bool
	jobs, failed, busy, idle, p99 int64
	overruns, full, wakeups, vain int64
	spurious, jain                int64
}

// flowCell is one comparison: the flows of one workload, device and number of
// queues, in the order of the study.
type flowCell struct {
	rows []flowRow
}

// exactFlow is what the others are compared with.
const exactFlow = "lanes"

func (c *flowCell) of(flow string) *flowRow {
	for i := range c.rows {
		if kindOf(c.rows[i].flow) == flow {
			return &c.rows[i]
		}
	}
	return nil
}

// kindOf is the name of a flow without its limit.
func kindOf(flow string) string {
	name, _, _ := strings.Cut(flow, ":")
	return name
}

func (c *flowCell) name() string {
	r := &c.rows[0]
	if r.queues == 1 {
		return r.work + ", 1 queue"
	}
	return fmt.Sprintf("%s, %d queues", r.work, r.queues)
}

// readFlow parses the study's table.
func readFlow(name string, data []byte) ([]*flowCell, error) {
	in := csv.NewReader(bytes.NewReader(data))
	in.ReuseRecord = true
	head, err := in.Read()
	if err != nil {
		return nil, damaged(name, 1, "it has no header", studyCommand)
	}
	at := map[string]int{}
	for i, h := range head {
		at[h] = i
	}
	var list []*flowCell
	for {
		record, err := in.Read()
		if err == io.EOF {
			break
		}
		line, _ := in.FieldPos(0)
		if err != nil {
			return nil, damaged(name, line, err.Error(), studyCommand)
		}
		r, err := flowLine(at, record)
		if err != nil {
			return nil, damaged(name, line, err.Error(), studyCommand)
		}
		if n := len(list); n == 0 || !list[n-1].holds(&r) {
			list = append(list, &flowCell{})
		}
		c := list[len(list)-1]
		c.rows = append(c.rows, r)
	}
	return list, checkFlow(name, list)
}

// checkFlow refuses a table without rows, or with nothing to compare with.
func checkFlow(name string, list []*flowCell) error {
	if len(list) == 0 {
		return damaged(name, 1, "it has no rows", studyCommand)
	}
	for _, c := range list {
		if c.of(exactFlow) == nil {
			return damaged(name, 0, "there is no row of "+exactFlow+" for "+c.name(), studyCommand)
		}
	}
	return nil
}

func (c *flowCell) holds(r *flowRow) bool {
	o := &c.rows[0]
	return o.device == r.device && o.work == r.work && o.queues == r.queues
}

// flowLine reads the columns that the page shows, whatever their order.
func flowLine(at map[string]int, record []string) (flowRow, error) {
	var wrong error
	text := func(column string) string {
		i, ok := at[column]
		if !ok {
			wrong = cmp.Or(wrong, fmt.Errorf("there is no column %s", column))
			return ""
		}
		return strings.Clone(record[i])
	}
	number := func(column string) int64 {
		s := text(column)
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil && wrong == nil {
			wrong = fmt.Errorf("%s is %q, no integer", column, s)
		}
		return n
	}
	r := flowRow{
		device: text("Device"), work: text("Work"), flow: text("Flow"), history: text("History"),
		queues: number("Queues"), cannotDiffer: text("CannotDiffer") == "true", jobs: number("Jobs"),
		failed: number("Failed"), busy: number("BusyPPM"), idle: number("IdlePPM"),
		p99: number("P99"), overruns: number("Overruns"), full: number("RingFull"),
		wakeups: number("WakeUps"), vain: number("InVain"), spurious: number("Spurious"),
		jain: number("JainPPM"),
	}
	return r, wrong
}

// flowNames are the flows in the order of the study.
func flowNames(cells []*flowCell) []string {
	var names []string
	for _, r := range cells[0].rows {
		names = append(names, r.flow)
	}
	return names
}

// flowControl shows what each flow costs and gains.
func flowControl(b *builder, s *section) error {
	name, data, err := b.read("flow-control.csv", "The study of flow controls is not there",
		studyCommand)
	if err != nil {
		return err
	}
	all, err := readFlow(name, data)
	if err != nil {
		return err
	}
	by := b.command(studyCommand)
	reference := all[0].rows[0].device
	var cells []*flowCell
	for _, c := range all {
		if c.rows[0].device == reference {
			cells = append(cells, c)
		}
	}
	flowVerdicts(b, s, all, cells, by)
	names, labels := distinct(cells)
	if len(names) > chart.MaxSeries {
		return damaged(name, 1, fmt.Sprintf("it has %d flows, a picture shows %d", len(names),
			chart.MaxSeries), studyCommand)
	}
	s.Lead = fmt.Sprintf("May a driver whose firmware has three queues, each with a limit, make do "+
		"with one number of credits? Every flow control over %d comparisons of workload and number of "+
		"queues on %s, exact and in virtual time. Drawn are those that differ most; a flow without a "+
		"mark does as `lanes` does.", len(cells), reference)
	s.add(block{Legend: legend(false, labels...)})
	var figures []figure
	for _, p := range flowPictures {
		if f, ok := p.draw(b, cells, names); ok {
			figures = append(figures, f)
		}
	}
	s.add(block{Figures: figures, Wide: true, Command: by})
	s.add(block{Text: "Above 100 %: what a flow holds back changes the order in which the queues reach " +
		"the engines, and a run ends before they are through."})
	s.add(block{Table: flowTable(cells, flowNames(cells), reference), Command: by})
	s.add(block{Table: deviceTable(all, flowNames(cells)), Command: by})
	return nil
}

// distinct returns the flows that do something of their own, and what to call each:
// one whose histories are those of an earlier one shares its name.
func distinct(cells []*flowCell) (names, labels []string) {
	for _, n := range flowNames(cells) {
		i := slices.IndexFunc(names, func(o string) bool { return alike(cells, n, o) })
		if i >= 0 {
			labels[i] += " = " + n
			continue
		}
		names, labels = append(names, n), append(labels, n)
	}
	return names, labels
}

// alike reports whether two flows have the same histories in all comparisons.
func alike(cells []*flowCell, x, y string) bool {
	for _, c := range cells {
		i, k := c.find(x), c.find(y)
		if i < 0 || k < 0 || c.rows[i].history != c.rows[k].history {
			return false
		}
	}
	return true
}

func (c *flowCell) find(flow string) int {
	return slices.IndexFunc(c.rows, func(r flowRow) bool { return r.flow == flow })
}

package trace

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"math"
	"slices"
	"strings"

	"credence/core/fence"
)

// Names of a table's columns.
const (
	colCPU    = "cpu"
	colCtx    = "ctx"
	colComm   = "comm"
	colDev    = "dev"
	colEnd    = "done_us"
	colIBs    = "num_ibs"
	colID     = "sched_job"
	colPID    = "pid"
	colRing   = "ring"
	colRun    = "run_us"
	colSeqno  = "seqno"
	colSubmit = "submit_us"
)

// needed are the columns that a table must have, others those that it may.
var (
	needed = []string{colRing, colSubmit, colRun, colEnd}
	others = []string{colDev, colCtx, colSeqno, colID, colComm, colPID, colIBs, colCPU}
)

// table is the columns of a table of jobs.
type table struct {
	columns []string
	skip    bool // the head is broken: no row can be read
}

// isTable reports whether a line is the head of a table: it has commas and all
// columns that are needed, or at least one of the two with a unit.
func (p *parser) isTable(line []byte) bool {
	if p.trace.Events+p.trace.Others > 0 {
		return false
	}
	for _, c := range bytes.Split(line, []byte(",")) {
		switch string(bytes.TrimSpace(c)) {
		case colSubmit, colRun, colEnd:
			return true
		}
	}
	return false
}

// begin reads the head.
func (p *parser) begin(number int, line []byte) {
	t := p.trace
	t.Table = true
	p.table = &table{}
	for c := range strings.SplitSeq(string(line), ",") {
		c = strings.TrimSpace(c)
		p.table.columns = append(p.table.columns, c)
		if !slices.Contains(needed, c) && !slices.Contains(others, c) {
			t.report(number, Broken, "column %s is unknown: skipped; there are %s", clip(c),
				strings.Join(append(slices.Clone(needed), others...), ", "))
		}
	}
	for _, c := range needed {
		if !slices.Contains(p.table.columns, c) {
			t.report(number, Broken, "there is no column %s: no row can be read; "+
				"a table needs %s", c, strings.Join(needed, ", "))
			p.table.skip = true
		}
	}
}

// row reads a job.
func (p *parser) row(number int, line []byte) {
	t := p.trace
	if len(line) == 0 || p.table.skip {
		return
	}
	cells, err := csv.NewReader(bytes.NewReader(line)).Read()
	switch {
	case err != nil:
		t.report(number, Broken, "is no row of a table: skipped: %s", clip(line))
		return
	case len(cells) != len(p.table.columns):
		t.report(number, Broken, "has %d cells, the table has %d columns: skipped", len(cells),
			len(p.table.columns))
		return
	case len(t.Jobs) == MaxJobs:
		t.report(number, TooMany, "is job %d: skipped; cut the table", MaxJobs+1)
		return
	}
	j := newJob(number)
	for i, c := range p.table.columns {
		if err := p.cell(&j, c, strings.TrimSpace(cells[i])); err != nil {
			t.report(number, Broken, "%v: skipped", err)
			return
		}
	}
	if at := j.arrival(); at != NotRecorded {
		if at < p.last {
			t.report(number, OutOfOrder, "is %d ns earlier than a line before it: put in order",
				p.last-at)
		}
		p.last = max(p.last, at)
	}
	t.Events++
	t.Jobs = append(t.Jobs, j)
}

// cell reads one value of a job; an empty one was not recorded.
func (p *parser) cell(j *Job, column, value string) error {
	text := func(to *string) error {
		s, ok := p.names.of([]byte(value))
		if !ok {
			return fmt.Errorf("%s is %s, longer than %d bytes or one name too many", column,
				clip(value), MaxName)
		}
		*to = s
		return nil
	}
	if value == "" && column != colRing {
		return nil
	}
	switch column {
	case colRing:
		return text(&j.Ring)
	case colDev:
		return text(&j.Dev)
	case colComm:
		if value == "?" {
			return nil
		}
		return text(&j.Comm)
	case colSubmit:
		return micros(&j.Submit, column, value)
	case colRun:
		return micros(&j.Run, column, value)
	case colEnd:
		return micros(&j.End, column, value)
	case colID:
		return integer(&j.ID, column, value, math.MaxUint64)
	case colCtx:
		return integer(&j.Done.Context, column, value, pointerContext-1)
	case colSeqno:
		return integer(&j.Done.Seqno, column, value, math.MaxUint64)
	case colPID:
		return integer(&j.PID, column, value, math.MaxInt32)
	case colIBs:
		return integer(&j.NumIBs, column, value, math.MaxUint32)
	case colCPU:
		return integer(&j.CPU, column, value, math.MaxInt16)
	}
	return nil
}

// integer reads a whole number, digits only.
func integer[T int16 | int32 | uint32 | uint64](to *T, column, value string, most uint64) error {
	x, rest, ok := number([]byte(value), most)
	if !ok || len(rest) > 0 {
		return fmt.Errorf("%s is %s, which is no whole number of 0 to %d", column, clip(value), most)
	}
	*to = T(x)
	return nil
}

// micros reads microseconds with up to three decimals.
func micros(to *fence.Time, column, value string) error {
	const most = math.MaxInt64/1000 - 1
	us, rest, ok := number([]byte(value), most)
	ns := uint64(0)
	if ok && len(rest) > 0 && rest[0] == '.' {
		ns, rest, ok = fraction(rest[1:], 3)
	}
	if !ok || len(rest) > 0 {
		return fmt.Errorf("%s is %s, which is no number of microseconds from 0 on, with up to "+
			"three decimals", column, clip(value))
	}
	*to = fence.Time(us)*1000 + fence.Time(ns)
	return nil
}

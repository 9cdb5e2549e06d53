package study

import (
	"fmt"
	"strings"
)

// three is the limit of each firmware queue that the question of 2023 is about:
// Apple's firmware holds 128 commands, the driver counts 127 slots, and a test
// that is strict leaves 126.
const three = 126

// reference returns the first device with three limits of 126, or nil.
func (r *Report) reference() *Device {
	for i := range r.Devices {
		if d := &r.Devices[i]; d.Firmware && d.Lanes[0] == three && d.perQueue() {
			return d
		}
	}
	return nil
}

// of returns the comparisons on a device.
func (r *Report) of(device string) []*Cell {
	var list []*Cell
	for i := range r.Cells {
		if r.Cells[i].Device == device {
			list = append(list, &r.Cells[i])
		}
	}
	return list
}

// exact is the index of lanes in flowKinds and in the rows of a cell.
const exact = 4

// tally is what one flow came to on one device.
type tally struct {
	flow                     string
	cells                    int // comparisons
	overran, full            int // of these, with an over-run, with a full ring
	queues, refused          uint64
	less, more               int   // of these, with fewer jobs than lanes, with more
	worst                    *Cell // where the loss is largest
	loss                     int64 // there, in ppm of the jobs of lanes
	bound                    *Cell // the same, of those without an over-run or a full ring
	boundLoss                int64
	idle                     int64 // the largest idle-while-ready beyond that of lanes, ppm
	jobs, wakes, spare, vain uint64
}

// add adds a comparison, of which i is the flow.
func (t *tally) add(c *Cell, i int) {
	row, base := &c.Rows[i], &c.Rows[exact]
	t.flow = row.Flow
	t.cells++
	t.queues += row.Overruns
	t.refused += row.RingFull
	broken := row.Overruns > 0 || row.RingFull > 0
	if row.Overruns > 0 {
		t.overran++
	}
	if row.RingFull > 0 {
		t.full++
	}
	t.jobs, t.wakes = t.jobs+row.Jobs, t.wakes+row.WakeUps
	t.spare, t.vain = t.spare+row.Spurious, t.vain+row.InVain
	if row.Jobs > base.Jobs {
		t.more++
	}
	if row.Jobs >= base.Jobs {
		return
	}
	t.less++
	loss := share(base.Jobs-row.Jobs, base.Jobs)
	if loss > t.loss {
		t.loss, t.worst = loss, c
	}
	if !broken && loss > t.boundLoss {
		t.boundLoss, t.bound = loss, c
		t.idle = row.IdlePPM - base.IdlePPM
	}
}

// tallies adds up what each flow did on a device, in the order of flowKinds.
func (r *Report) tallies(device string) []tally {
	list := make([]tally, len(flowKinds))
	for _, c := range r.of(device) {
		for i := range list {
			list[i].add(c, i)
		}
	}
	return list
}

// answer writes the first paragraph.
func (r *Report) answer() string {
	d := r.reference()
	if d == nil {
		return fmt.Sprintf("No device of this study has three limits of %d: what each flow costs "+
			"and gains there is not answered here. The tables below compare the flows on %s.",
			three, and(names(r.Devices)))
	}
	cells := r.of(d.Name)
	differ := 0
	for _, c := range cells {
		if !c.CannotDiffer() {
			differ++
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "May a driver whose firmware has three queues with a limit of %d each make do "+
		"with one number? On %s (%d comparisons, a limit binds in %d of them), measured by what "+
		"`lanes` does, a number for each limit:", three, d.Name, len(cells), differ)
	list := r.tallies(d.Name)
	for i := range list {
		if i != exact {
			b.WriteString(" " + list[i].sentence(&list[exact]))
		}
	}
	b.WriteString(" " + list[exact].own())
	b.WriteString(" " + scalar(list))
	return b.String()
}

// sentence says what a flow costs and gains.
func (t *tally) sentence(lanes *tally) string {
	var parts []string
	if t.overran > 0 {
		parts = append(parts, fmt.Sprintf("over-admits slots in %d comparisons, and %d firmware "+
			"queues overflow and are stuck", t.overran, t.queues))
	}
	if t.full > 0 {
		parts = append(parts, fmt.Sprintf("over-admits ring entries in %d, and %d jobs fail for want "+
			"of room", t.full, t.refused))
	}
	if t.overran+t.full == 0 {
		parts = append(parts, "never over-admits")
	}
	switch {
	case t.bound != nil:
		parts = append(parts, fmt.Sprintf("under-admits in the worst case %s of the jobs (%s, %s; %s "+
			"more of the engines' time idle while work is ready)", percent(t.boundLoss), t.bound.Work,
			queues(t.bound.Queues), percent(t.idle)))
	case t.worst == nil:
		parts = append(parts, "gets as many jobs done or more in every comparison")
	}
	if t.overran+t.full > 0 && t.worst != nil {
		parts = append(parts, fmt.Sprintf("what it breaks costs up to %s of the jobs (%s, %s)",
			percent(t.loss), t.worst.Work, queues(t.worst.Queues)))
	}
	return fmt.Sprintf("`%s` %s, at %s.", t.flow, strings.Join(parts, ", "), t.costs())
}

// costs says what the flow asks of the workers.
func (t *tally) costs() string {
	return fmt.Sprintf("%d wake-ups (%d spurious) and %d RUN items in vain per 1000 jobs",
		each(t.wakes, t.jobs), each(t.spare, t.jobs), each(t.vain, t.jobs))
}

// own is the sentence of lanes.
func (t *tally) own() string {
	if t.overran+t.full > 0 {
		return fmt.Sprintf("`%s` itself over-runs %d queues and finds %d jobs without room, which it "+
			"must not.", t.flow, t.queues, t.refused)
	}
	return fmt.Sprintf("`%s` never over-admits, at %s.", t.flow, t.costs())
}

// scalar says what follows for one number.
func scalar(list []tally) string {
	var over, under, sound []string
	for i := range list {
		name := "`" + list[i].flow + "`"
		broken := list[i].overran+list[i].full > 0
		if i < exact && broken {
			over = append(over, name)
		}
		if i < exact && list[i].bound != nil {
			under = append(under, name)
		}
		if i >= exact && !broken {
			sound = append(sound, name)
		}
	}
	text := "So one number admits too much as " + or(over, "none") + " and too little as " +
		or(under, "none")
	if len(sound) > 0 {
		text += "; " + and(sound) + " admit neither more nor less than fits"
	}
	return text + "."
}

// each returns n for each thousand of of, rounded down.
func each(n, of uint64) uint64 { return uint64(share(n, of)) / 1000 }

// percent writes parts per million with two digits, rounded down.
func percent(ppm int64) string {
	sign := ""
	if ppm < 0 {
		sign, ppm = "-", -ppm
	}
	return fmt.Sprintf("%s%d.%02d %%", sign, ppm/10_000, ppm%10_000/100)
}

func queues(n int) string {
	if n == 1 {
		return "1 user queue"
	}
	return fmt.Sprintf("%d user queues", n)
}

func names(devices []Device) []string {
	list := make([]string, len(devices))
	for i := range devices {
		list[i] = devices[i].Name
	}
	return list
}

// and joins words to a list in prose.
func and(list []string) string {
	if n := len(list); n > 1 {
		return strings.Join(list[:n-1], ", ") + " and " + list[n-1]
	}
	return strings.Join(list, "")
}

// or is and, or another word for an empty list.
func or(list []string, empty string) string {
	if len(list) == 0 {
		return empty
	}
	return and(list)
}

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
	broke, less, more        extreme
	idle                     int64 // at less: idle-while-ready beyond that of lanes, ppm
	jobs, wakes, spare, vain uint64
}

// extreme is the comparison in which a flow is farthest from lanes, in ppm of what
// lanes has; none if that never happens.
type extreme struct {
	cell *Cell
	by   int64
}

// see takes a comparison if it is by more of base, and reports whether it did.
func (x *extreme) see(c *Cell, base, by int64) bool {
	if by <= 0 {
		return false
	}
	part := share(uint64(by), uint64(max(base, 1)))
	if part <= x.by {
		return false
	}
	x.cell, x.by = c, part
	return true
}

// add adds a comparison, of which i is the flow. What a flow that over-admits
// breaks is told by the jobs that it loses; what others lose or gain by the time
// for which engines work, since jobs differ in length.
func (t *tally) add(c *Cell, i int) {
	row, base := &c.Rows[i], &c.Rows[exact]
	t.flow = row.Flow
	t.cells++
	t.queues += row.Overruns
	t.refused += row.RingFull
	if row.Overruns > 0 {
		t.overran++
	}
	if row.RingFull > 0 {
		t.full++
	}
	t.jobs, t.wakes = t.jobs+row.Jobs, t.wakes+row.WakeUps
	t.spare, t.vain = t.spare+row.Spurious, t.vain+row.InVain
	if row.Overruns > 0 || row.RingFull > 0 {
		t.broke.see(c, int64(base.Jobs), int64(base.Jobs)-int64(row.Jobs))
		return
	}
	t.more.see(c, base.BusyPPM, row.BusyPPM-base.BusyPPM)
	if t.less.see(c, base.BusyPPM, base.BusyPPM-row.BusyPPM) {
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
		"with one number of credits? On %s (%d comparisons, a limit binds in %d of them), measured "+
		"by what `lanes` does, a number for each limit:", three, d.Name, len(cells), differ)
	list := r.tallies(d.Name)
	for i := range list {
		switch twin := alike(cells, i); {
		case twin >= 0:
			fmt.Fprintf(&b, " `%s` does the same as `%s` in all %d, event for event.", list[i].flow,
				list[twin].flow, len(cells))
		case i != exact:
			b.WriteString(" " + list[i].sentence())
		}
	}
	b.WriteString(" " + list[exact].own())
	b.WriteString(" " + scalar(list))
	return b.String()
}

// alike returns the first flow before i that did the same in every comparison, or
// -1; lanes has a sentence of its own.
func alike(cells []*Cell, i int) int {
	for k := range i {
		same := i != exact && k != exact
		for _, c := range cells {
			same = same && c.Rows[i].same(&c.Rows[k])
		}
		if same {
			return k
		}
	}
	return -1
}

// sentence says what a flow costs and gains.
func (t *tally) sentence() string {
	var parts []string
	if t.overran > 0 {
		parts = append(parts, fmt.Sprintf("over-admits slots in %d comparisons, where %d firmware "+
			"queues overflow and are stuck", t.overran, t.queues))
	}
	if t.full > 0 {
		parts = append(parts, fmt.Sprintf("over-admits ring entries in %d, where %d jobs fail for want "+
			"of room", t.full, t.refused))
	}
	if t.overran+t.full == 0 {
		parts = append(parts, "never over-admits")
	}
	if t.broke.cell != nil {
		parts = append(parts, "that costs up to "+t.broke.String()+" of the jobs")
	}
	if t.less.cell != nil {
		parts = append(parts, fmt.Sprintf("the engines work up to %s less, and %s of their time more "+
			"is idle while work is ready", &t.less, percent(t.idle)))
	}
	if t.more.cell != nil {
		parts = append(parts, fmt.Sprintf("the engines work up to %s more", &t.more))
	}
	if t.overran+t.full == 0 && t.less.cell == nil && t.more.cell == nil {
		parts = append(parts, "the engines work as long in every comparison")
	}
	return fmt.Sprintf("`%s` %s; it takes %s.", t.flow, strings.Join(parts, "; "), t.costs())
}

// String says by how much, and where.
func (x *extreme) String() string {
	return fmt.Sprintf("%s (%s by %s)", percent(x.by), x.cell.Work, queues(x.cell.Queues))
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
	return fmt.Sprintf("`%s` never over-admits; it takes %s.", t.flow, t.costs())
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
		if i < exact && list[i].less.cell != nil {
			under = append(under, name)
		}
		if i >= exact && !broken {
			sound = append(sound, name)
		}
	}
	text := "So one number admits too much as " + or(over, "none") + " and too little as " +
		or(under, "none")
	if len(sound) > 0 {
		verb := "overflow"
		if len(sound) == 1 {
			verb = "overflows"
		}
		text += "; " + and(sound) + " never " + verb + " a firmware queue or a ring here"
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

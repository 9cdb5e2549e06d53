package prog

import (
	"fmt"
	"strconv"
	"strings"

	"credence/core/fence"
	"credence/hwmock/device"
)

// firstLine names the language and its version.
const firstLine = "# credence-program "

// String returns the program as text that Parse reads, one operation a line.
func (p *Program) String() string {
	var b strings.Builder
	d := &p.Device
	drain := 1
	if d.Undrained {
		drain = 0
	}
	fmt.Fprintf(&b, "%s%d\n", firstLine, Version)
	fmt.Fprintf(&b, "device profile=%s slots=%d ring=%d drain=%d\n",
		d.Profile, d.Slots, d.Ring, drain)
	for i, s := range p.Scheds {
		fmt.Fprintf(&b, "sched %d policy=%s flow=%s\n", i, s.Policy, s.Flow)
	}
	for i, e := range p.Entities {
		fmt.Fprintf(&b, "entity %d prio=%s sched=%d capacity=%d\n",
			i, e.Priority, e.Sched, e.Capacity)
	}
	for i := range p.Ops {
		b.WriteString(p.Ops[i].String())
		b.WriteByte('\n')
	}
	return b.String()
}

// String returns the operation's line.
func (o *Op) String() string {
	switch o.Kind {
	case Submit, MakeJob:
		return fmt.Sprintf("%s %d %s", o.Kind, o.Target, o.Job.text())
	case Signal:
		if o.Err != fence.OK {
			return fmt.Sprintf("signal %d err=-%d", o.Target, o.Err)
		}
		return fmt.Sprintf("signal %d", o.Target)
	case Push, Abort, Drop:
		return fmt.Sprintf("%s %d", o.Kind, o.Target)
	default:
		return fmt.Sprintf("%s %d", o.Kind, o.N)
	}
}

// text returns the fields that differ from their defaults, and the entity.
func (j *Job) text() string {
	b := []byte("entity=" + strconv.Itoa(int(j.Entity)))
	for k, n := range j.Commands {
		if n > 0 {
			b = fmt.Appendf(b, " %s=%d", device.Kind(k), n)
		}
	}
	if j.Credits != 1 {
		b = fmt.Appendf(b, " credits=%d", j.Credits)
	}
	if j.End != ByDevice {
		b = fmt.Appendf(b, " %s=%d", endNames[j.End], -int(j.Err))
	}
	if j.takesTime() {
		b = fmt.Appendf(b, " dur=%d", j.Micros)
	}
	if j.Barriers != 0 {
		b = fmt.Appendf(b, " barriers=%s", j.Barriers)
	}
	if j.Keep {
		b = append(b, " keep=1"...)
	}
	for i, d := range j.Deps {
		switch {
		case d.Kind == NoDep:
		case i == 0:
			b = append(b, " deps="+d.String()...)
		default:
			b = append(b, ","+d.String()...)
		}
	}
	return string(b)
}

// String returns the set's names, with commas between them.
func (s Barriers) String() string {
	var names []string
	for i, name := range barrierNames {
		if s&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return strings.Join(names, ",")
}

// String returns the dependency as it stands after deps=.
func (d Dep) String() string {
	switch d.Kind {
	case OnFinished:
		return fmt.Sprintf("%d:finished", d.Target)
	case OnScheduled:
		return fmt.Sprintf("%d:scheduled", d.Target)
	case OnExternal:
		return fmt.Sprintf("ext:%d", d.Target)
	case OnTimeline:
		return fmt.Sprintf("timeline:%d", d.Target)
	default:
		return "none"
	}
}

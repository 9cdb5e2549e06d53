package prog

import (
	"fmt"
	"strconv"
	"strings"

	"credence/core/fence"
	"credence/core/sched"
	"credence/hwmock/device"
)

// firstLine names the language and its version.
const firstLine = "# credence-program "

// String returns the program as text that Parse reads, one operation a line.
func (p *Program) String() string {
	var b strings.Builder
	b.WriteString(p.Machine())
	for i := range p.Ops {
		b.WriteString(p.Ops[i].String())
		b.WriteByte('\n')
	}
	return b.String()
}

// Machine returns the first lines of the text, up to the operations.
func (p *Program) Machine() string {
	b := fmt.Appendf(nil, "%s%d\ndevice profile=%s slots=%d ring=%d", firstLine, Version,
		p.Device.Profile, p.Device.Slots, p.Device.Ring)
	if p.Device.Undrained {
		b = append(b, " drain=0"...)
	}
	b = append(b, '\n')
	if p.Compat != 0 {
		b = fmt.Appendf(b, "compat %s\n", habits(p.Compat))
	}
	for i := range p.Scheds {
		b = p.Scheds[i].append(fmt.Appendf(b, "sched %d", i))
	}
	for i := range p.Entities {
		b = append(fmt.Appendf(b, "entity %d", i), p.Entities[i].text()...)
		b = append(b, '\n')
	}
	return string(b)
}

// habits returns the names of u's bits, with commas between them.
func habits(u sched.Upstream) string {
	var names []string
	for i, name := range habitNames {
		if u&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return strings.Join(names, ",")
}

func (s *Sched) append(b []byte) []byte {
	b = fmt.Appendf(b, " policy=%s", s.Policy)
	if s.Flow.Kind == sched.FlowCredits {
		b = fmt.Appendf(b, " credits=%d", s.Flow.Limit)
	} else {
		b = fmt.Appendf(b, " flow=%s", s.Flow)
	}
	if s.Micros > 0 {
		b = fmt.Appendf(b, " timeout=%d", s.Micros)
	}
	if s.HangLimit > 0 {
		b = fmt.Appendf(b, " hang_limit=%d", s.HangLimit)
	}
	if s.Verdict != KillIt {
		b = fmt.Appendf(b, " timedout=%s", s.Verdict)
	}
	return append(b, '\n')
}

// text returns the pairs of an entity.
func (e *Entity) text() string {
	s := fmt.Sprintf(" prio=%s scheds=%s", e.Priority, &e.Scheds)
	if e.Capacity != sched.DefaultCapacity {
		s += fmt.Sprintf(" capacity=%d", e.Capacity)
	}
	if e.Guilty {
		s += " guilty=1"
	}
	return s
}

// String returns the identifiers with commas between them.
func (l *SchedList) String() string {
	b := []byte(nil)
	for i, id := range l.List() {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendUint(b, uint64(id), 10)
	}
	return string(b)
}

// String returns the operation's line.
func (o *Op) String() string {
	f := &forms[o.Kind]
	b := []byte(f.word)
	if f.target != noTarget {
		b = fmt.Appendf(b, " %d", o.Target)
	}
	if f.number != noNumber {
		b = fmt.Appendf(b, " %d", o.N)
	}
	switch {
	case f.exit:
		b = fmt.Appendf(b, " %s", o.Exit)
	case f.priority:
		b = fmt.Appendf(b, " %s", o.Priority)
	case f.job:
		b = o.Job.append(b)
	case f.entity:
		b = append(b, o.Entity.text()...)
	case f.scheds:
		b = fmt.Appendf(b, " scheds=%s", &o.Scheds)
	case f.from && o.From > 0:
		b = fmt.Appendf(b, " from=%d", o.From)
	}
	if f.err && o.Err != fence.OK {
		b = fmt.Appendf(b, " err=-%d", o.Err)
	}
	return string(b)
}

// append adds the entity, and the fields that differ from their defaults.
func (j *Job) append(b []byte) []byte {
	b = fmt.Appendf(b, " entity=%d", j.Entity)
	for k, n := range j.Commands {
		if n > 0 {
			b = fmt.Appendf(b, " %s=%d", device.Kind(k), n)
		}
	}
	if j.Credits != 1 {
		b = fmt.Appendf(b, " credits=%d", j.Credits)
	}
	if j.Micros > 0 {
		b = fmt.Appendf(b, " dur=%d", j.Micros)
	}
	if j.Again > 0 {
		b = fmt.Appendf(b, " redur=%d", j.Again)
	}
	if j.End != ByDevice {
		b = fmt.Appendf(b, " %s=%d", endNames[j.End], -int(j.Err))
	}
	if j.Barriers != 0 {
		b = fmt.Appendf(b, " barriers=%s", j.Barriers)
	}
	if j.Verdict != Default {
		b = fmt.Appendf(b, " tmo=%s", j.Verdict)
	}
	if j.Prepare > 0 {
		b = fmt.Appendf(b, " prep=%d", j.Prepare-1)
	}
	if j.Retry != ByDevice {
		b = fmt.Appendf(b, " %s=%d", retryNames[j.Retry], -int(j.RetryErr))
	}
	if j.Anyway {
		b = append(b, " anyway=1"...)
	}
	if j.Keep {
		b = append(b, " keep=1"...)
	}
	sep := " deps="
	for _, d := range j.Deps {
		if d.Kind != NoDep {
			b = append(append(b, sep...), d.String()...)
			sep = ","
		}
	}
	return b
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

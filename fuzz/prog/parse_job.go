package prog

import (
	"slices"
	"strings"

	"credence/hwmock/device"
)

// job reads the pairs of a job line.
func (f *fields) job() Job {
	j := Job{
		Entity:  uint8(f.integer("entity", 0, 0, MaxEntities-1)),
		Credits: uint8(f.integer("credits", 1, 1, MaxCredits)),
		Micros:  1,
		Keep:    f.flag("keep", false),
	}
	for k := range j.Commands {
		j.Commands[k] = uint8(f.integer(device.Kind(k).String(), 0, 0, MaxCommands))
	}
	j.canonical()
	f.end(&j)
	f.deps(&j)
	return j
}

// end reads how the job ends: by return, signaled or later, or by the device,
// whose work barriers describe; and for what takes time, how long.
func (f *fields) end(j *Job) {
	for e := ByDevice + 1; e < numEnds; e++ {
		if f.has(endNames[e]) {
			j.End, j.Err = e, f.errno(endNames[e])
			break
		}
	}
	if j.takesTime() {
		j.Micros = uint16(f.integer("dur", 1, 1, MaxMicros))
	}
	if j.End == ByDevice {
		f.barriers(j)
	}
}

func (f *fields) barriers(j *Job) {
	text, ok := f.take("barriers")
	if !ok {
		return
	}
	for name := range strings.SplitSeq(text, ",") {
		i := slices.Index(barrierNames[:], name)
		if i < 0 {
			f.fail("barriers is %q; permitted: %s", text, strings.Join(barrierNames[:], ","))
			return
		}
		j.Barriers |= 1 << i
	}
}

func (f *fields) deps(j *Job) {
	text, ok := f.take("deps")
	if !ok {
		return
	}
	list := strings.Split(text, ",")
	if len(list) > MaxDeps {
		f.fail("%d dependencies; permitted: 1 to %d", len(list), MaxDeps)
		return
	}
	for i, dep := range list {
		j.Deps[i] = f.dep(dep)
	}
}

// dep reads J:finished, J:scheduled, ext:F or timeline:F.
func (f *fields) dep(text string) Dep {
	left, right, _ := strings.Cut(text, ":")
	var d Dep
	id := right
	switch {
	case left == "ext":
		d.Kind = OnExternal
	case left == "timeline":
		d.Kind = OnTimeline
	case right == "finished":
		d.Kind, id = OnFinished, left
	case right == "scheduled":
		d.Kind, id = OnScheduled, left
	default:
		f.fail("dependency %q; write J:finished, J:scheduled, ext:F or timeline:F", text)
		return d
	}
	d.Target = uint8(f.parse("the number in dependency "+text, id, 0, depLimits[d.Kind]-1))
	return d
}

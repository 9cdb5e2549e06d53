package prog

import (
	"slices"
	"strings"

	"credence/core/fence"
	"credence/hwmock/device"
)

// job reads the pairs of a job line.
func (f *fields) job() Job {
	j := Job{
		Credits: uint8(f.integer("credits", 1, 0, MaxCredits)),
		Keep:    f.flag("keep", false),
		Anyway:  f.flag("anyway", false),
		Verdict: Verdict(f.oneOf("tmo", verdictNames[:], 0)),
	}
	if text, ok := f.take("entity"); ok {
		j.Entity = f.entityID("entity", text)
	}
	if f.has("prep") {
		j.Prepare = uint8(1 + f.integer("prep", 0, 0, MaxExternal-1))
	}
	for k := range j.Commands {
		j.Commands[k] = uint8(f.integer(device.Kind(k).String(), 0, 0, MaxCommands))
	}
	f.end(&j)
	f.deps(&j)
	return j
}

// end reads how the job ends: by fail (return in version 1), signaled or later,
// or by the device, whose work barriers describe; and for what takes time, how
// long. Recorded scripts say of a job that fails how long it would take.
func (f *fields) end(j *Job) {
	if f.q.version == 1 {
		if text, ok := f.take("return"); ok {
			f.pairs = append(f.pairs, pair{endNames[ByReturn], text})
		}
	}
	for e := ByDevice + 1; e < numEnds; e++ {
		if f.has(endNames[e]) {
			j.End, j.Err = e, f.errno(endNames[e])
			break
		}
	}
	if j.takesTime() || f.q.recorded {
		def := uint32(0)
		if f.q.version == 1 {
			def = 1
		}
		j.Micros, j.Again = f.micros("dur", def), f.micros("redur", 0)
	}
	if !j.takesTime() {
		j.Micros, j.Again = 0, 0
	}
	if j.End == ByDevice {
		f.barriers(j)
		f.retry(j)
	}
}

// retry reads how a job of the device ends when it is run again.
func (f *fields) retry(j *Job) {
	for e := ByReturn; e <= BySignaled; e++ {
		if f.has(retryNames[e]) {
			j.Retry = e
			j.RetryErr = fence.Errno(-f.integer(retryNames[e], 0, -MaxRetryErr, 0))
			return
		}
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
	switch {
	case left == "ext":
		d.Kind = OnExternal
	case left == "timeline":
		d.Kind = OnTimeline
	case right == "finished":
		d.Kind = OnFinished
	case right == "scheduled":
		d.Kind = OnScheduled
	default:
		f.fail("dependency %q; write J:finished, J:scheduled, ext:F or timeline:F", text)
		return d
	}
	what := "the number in dependency " + text
	if d.Kind == OnFinished || d.Kind == OnScheduled {
		d.Target = f.jobID(what, left)
	} else {
		d.Target = uint8(f.parse(what, right, 0, depLimits[d.Kind]-1))
	}
	return d
}

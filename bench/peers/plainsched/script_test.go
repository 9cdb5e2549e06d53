package plainsched_test

import (
	"fmt"
	"strconv"
	"strings"

	"credence/bench/peers/plainsched"
	"credence/core/fence"
)

// operation is one line of a script. Scripts are made by a machine: what cannot
// be read panics.
type operation struct {
	verb string
	args []int
	word string // the last argument that is not a number
	opts map[string]string
}

func parse(line string) operation {
	o := operation{opts: map[string]string{}}
	for i, f := range strings.Fields(line) {
		key, value, isOption := strings.Cut(f, "=")
		switch n, err := strconv.Atoi(f); {
		case i == 0:
			o.verb = f
		case isOption:
			o.opts[key] = value
		case err == nil:
			o.args = append(o.args, n)
		default:
			o.word = f
		}
	}
	return o
}

// number returns an option, or 0.
func (o operation) number(key string) int { return o.numberOr(key, 0) }

func (o operation) numberOr(key string, otherwise int) int {
	s, ok := o.opts[key]
	if !ok {
		return otherwise
	}
	return atoi(s)
}

func atoi(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		panic(fmt.Sprintf("%q is not a number", s))
	}
	return n
}

// micros returns an option in microseconds, inf and none as 0.
func (o operation) micros(key string) fence.Duration {
	if o.opts[key] == "inf" {
		return 0
	}
	return fence.Duration(o.number(key)) * fence.Microsecond
}

var priorities = map[string]plainsched.Priority{
	"": plainsched.Normal, "kernel": plainsched.Kernel, "high": plainsched.High,
	"normal": plainsched.Normal, "low": plainsched.Low,
}

// do executes one operation.
func (w *world) do(o operation) {
	switch o.verb {
	case "sched":
		w.newSched(o)
	case "entity":
		e := new(plainsched.Entity)
		w.entities[o.args[0]] = e
		must(e.Init(w.some(o), plainsched.EntityConfig{
			Priority: priorities[o.opts["prio"]], Capacity: 256, Guilty: o.opts["guilty"] == "1",
		}))
	case "job":
		w.newJob(o)
	case "push":
		j := w.jobs[o.args[0]]
		j.Arm()
		j.scheduled, j.finished = j.Scheduled(), j.Finished()
		j.Push()
	case "abort":
		w.jobs[o.args[0]].Cleanup()
	case "advance":
		w.advance(w.now.Add(fence.Duration(o.args[0]) * fence.Microsecond))
	case "hwdone":
		m := w.scheds[o.args[0]]
		for n := min(o.args[1], len(m.engine)); n > 0; n-- {
			m.complete(0, fence.OK)
		}
	case "signal":
		w.external(o.args[0]).Signal(fence.Errno(-o.number("err")))
	case "fault":
		w.scheds[o.args[0]].s.Fault()
	case "pause":
		w.scheds[o.args[0]].s.Pause()
	case "resume":
		w.scheds[o.args[0]].s.Resume()
	case "finisched":
		w.scheds[o.args[0]].s.Fini()
		w.scheds[o.args[0]].s = nil
	default:
		w.doEntity(o)
	}
}

// doEntity executes an operation on an entity.
func (w *world) doEntity(o operation) {
	e := w.entities[o.args[0]]
	switch o.verb {
	case "kill":
		e.Kill()
	case "fini":
		e.Fini()
	case "destroy":
		e.Destroy(fence.Never)
	case "flush":
		left := e.Flush(fence.Duration(o.args[1])*fence.Microsecond,
			plainsched.Exit{Exiting: true, Killed: o.word == "sigkill"})
		w.event("flush %d ret=%d", o.args[0], left/fence.Microsecond)
	case "setprio":
		p, ok := priorities[o.word]
		if !ok {
			panic("setprio " + o.word)
		}
		e.SetPriority(p)
	case "modsched":
		e.ModifySchedulers(w.some(o))
	default:
		panic("unknown operation " + o.verb)
	}
}

func (w *world) newSched(o operation) {
	m := &mock{w: w, mode: "kill", context: plainsched.NewContexts(1)}
	if mode, ok := o.opts["timedout"]; ok {
		m.mode = mode
	}
	m.limit = o.numberOr("credits", 1)
	s, err := plainsched.New(plainsched.Config{
		Backend: m, Queue: w.queue, Clock: w, Credits: uint32(m.limit),
		Timeout: o.micros("timeout"), HangLimit: o.number("hang_limit"), Trace: w.trace,
	})
	must(err)
	m.s = s
	w.scheds = append(w.scheds, m)
}

func (w *world) newJob(o operation) {
	j := &mockJob{
		fail: fence.Errno(-o.number("fail")), mode: o.opts["tmo"],
		dur: o.micros("dur"), redur: o.micros("redur"),
	}
	j.ID, j.Owner = uint64(o.args[0]), j
	if _, ok := o.opts["prep"]; ok {
		j.prep = w.external(o.number("prep"))
	}
	w.jobs[o.args[0]] = j
	must(j.Init(w.entities[o.number("entity")], uint32(o.numberOr("credits", 1))))
	deps, ok := o.opts["deps"]
	if !ok {
		return
	}
	for d := range strings.SplitSeq(deps, ",") {
		what, which, _ := strings.Cut(d, ":")
		switch {
		case what == "ext":
			j.AddDependency(w.external(atoi(which)))
		case which == "finished":
			j.AddDependency(w.jobs[atoi(what)].finished)
		default:
			j.AddDependency(w.jobs[atoi(what)].scheduled)
		}
	}
}

// some returns the schedulers that an operation names, the first if none.
func (w *world) some(o operation) (list []*plainsched.Scheduler) {
	names, ok := o.opts["scheds"]
	if !ok {
		names = "0"
	}
	for s := range strings.SplitSeq(names, ",") {
		list = append(list, w.scheds[atoi(s)].s)
	}
	return list
}

func (w *world) external(id int) *plainsched.Fence {
	f := w.exts[id]
	if f == nil {
		f = new(plainsched.Fence)
		f.Init(plainsched.NewContexts(1), 1)
		w.exts[id] = f
	}
	return f
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

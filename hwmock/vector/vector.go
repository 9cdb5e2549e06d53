// Package vector reads recorded scripts of the real scheduler
// (conformance/FORMAT.md) and holds what every runner of them needs: the virtual
// machine's list of work and timers, and the in-order engine behind each
// scheduler. Whoever runs a script brings the scheduler: the core, or a model of
// it. It refuses to interpret operations, and to be lenient: scripts are
// machine-made.
package vector

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"credence/core/fence"
	"credence/core/sched"
)

// Vector is one recorded script with what the real scheduler did.
type Vector struct {
	// Name is policy/name.txt.
	Name     string
	Policy   sched.Policy
	Features []string
	Script   []Operation
	// Want is the output, line for line.
	Want []string
}

// Operation is one line of a script: a verb, arguments and options key=value.
type Operation struct {
	Line int // in the file, from 1
	Verb string
	Args []string
	Opts map[string]string
}

// String says where the operation stands and what it is.
func (o *Operation) String() string {
	return fmt.Sprintf("line %d: %s %s", o.Line, o.Verb, strings.Join(o.Args, " "))
}

// Parse reads a vector of format version 1.
func Parse(f File) (*Vector, error) {
	v := &Vector{Name: f.Name}
	in := bufio.NewScanner(bytes.NewReader(f.Text))
	in.Buffer(nil, 1<<20)
	output := false
	for n := 1; in.Scan(); n++ {
		line := in.Text()
		switch {
		case n == 1:
			if err := v.header(line); err != nil {
				return nil, fmt.Errorf("%s:1: %w", f.Name, err)
			}
		case output:
			v.Want = append(v.Want, line)
		case line == "----":
			output = true
		case strings.TrimSpace(line) != "" && line[0] != '#':
			v.Script = append(v.Script, ParseOperation(n, line))
		}
	}
	if !output || len(v.Want) == 0 {
		return nil, fmt.Errorf("%s: no expected output; a vector has it below ----", f.Name)
	}
	return v, in.Err()
}

func (v *Vector) header(line string) error {
	if !strings.HasPrefix(line, "# drm-sched-vector 1 ") {
		return fmt.Errorf("not a vector of version 1: %q", line)
	}
	found := false
	for _, f := range strings.Fields(line) {
		if p, ok := strings.CutPrefix(f, "policy="); ok {
			policy, err := sched.ParsePolicy(p)
			if err != nil {
				return err
			}
			v.Policy, found = policy, true
		}
		if fs, ok := strings.CutPrefix(f, "features="); ok && fs != "" {
			v.Features = strings.Split(fs, ",")
		}
	}
	if !found {
		return fmt.Errorf("no policy: %q", line)
	}
	return nil
}

// ParseOperation reads line n of a script, which is not empty.
func ParseOperation(n int, line string) Operation {
	o := Operation{Line: n, Opts: map[string]string{}}
	for i, f := range strings.Fields(line) {
		k, v, isOpt := strings.Cut(f, "=")
		switch {
		case i == 0:
			o.Verb = f
		case isOpt:
			o.Opts[k] = v
		default:
			o.Args = append(o.Args, f)
		}
	}
	return o
}

// Compat returns the habits of the version of the scheduler that recorded v.
func (v *Vector) Compat() sched.Compat {
	if v.Policy == sched.Fair {
		return sched.Compat{Upstream: sched.UpstreamFair}
	}
	return sched.Compat{Upstream: sched.Upstream70}
}

// Number returns argument i. Anything but a number panics.
func (o *Operation) Number(i int) int { return o.parse(o.Args[i]) }

// Option returns the number under a key, or otherwise.
func (o *Operation) Option(key string, otherwise int) int {
	if s, ok := o.Opts[key]; ok {
		return o.parse(s)
	}
	return otherwise
}

// List returns the words under a key, or otherwise.
func (o *Operation) List(key string, otherwise ...string) []string {
	if s, ok := o.Opts[key]; ok {
		return strings.Split(s, ",")
	}
	return otherwise
}

// Numbers returns the numbers under a key, or otherwise.
func (o *Operation) Numbers(key string, otherwise ...int) []int {
	words := o.List(key)
	if words == nil {
		return otherwise
	}
	var list []int
	for _, s := range words {
		list = append(list, o.parse(s))
	}
	return list
}

// Micros returns a span of script time, inf as 0.
func (o *Operation) Micros(s string) fence.Duration {
	if s == "inf" || s == "" {
		return 0
	}
	return fence.Duration(o.parse(s)) * fence.Microsecond
}

// Errno returns the error number of "-5", 0 without the option.
func (o *Operation) Errno(key string) fence.Errno { return fence.Errno(-o.Option(key, 0)) }

// Priority returns the priority that a word names, Normal for none.
func (o *Operation) Priority(s string) (sched.Priority, error) {
	if s == "" {
		return sched.Normal, nil
	}
	return sched.ParsePriority(s)
}

// Dep is one word of deps=: a fence of a job, or an external one.
type Dep struct {
	External  bool
	ID        int // of the job or the external fence
	Scheduled bool
}

// Deps returns the dependencies of a job line, in order.
func (o *Operation) Deps() (list []Dep) {
	for _, d := range o.List("deps") {
		what, which, _ := strings.Cut(d, ":")
		if what == "ext" {
			list = append(list, Dep{External: true, ID: o.parse(which)})
		} else {
			list = append(list, Dep{ID: o.parse(what), Scheduled: which == "scheduled"})
		}
	}
	return list
}

func (o *Operation) parse(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		panic(fmt.Sprintf("vector: %s: %v", o, err))
	}
	return n
}

// Difference says where got leaves want, with the lines around it, and returns
// nil if it does not.
func Difference(want, got []string) error {
	n := 0
	for n < len(want) && n < len(got) && want[n] == got[n] {
		n++
	}
	if n == len(want) && n == len(got) {
		return nil
	}
	const around = 5
	var b strings.Builder
	fmt.Fprintf(&b, "line %d of the output differs\n", n+1)
	for _, l := range want[max(0, n-around):n] {
		fmt.Fprintf(&b, "      %s\n", l)
	}
	for _, side := range []struct {
		mark  string
		lines []string
	}{{"want: ", want}, {"got:  ", got}} {
		for _, l := range side.lines[min(n, len(side.lines)):min(n+around, len(side.lines))] {
			fmt.Fprintf(&b, "%s%s\n", side.mark, l)
		}
	}
	return errors.New(strings.TrimSuffix(b.String(), "\n"))
}

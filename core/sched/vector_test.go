package sched_test

import (
	"bufio"
	"bytes"
	"fmt"
	"strconv"
	"strings"

	"credence/core/fence"
	"credence/core/sched"
)

// vector is one recorded script with what the real scheduler did.
type vector struct {
	name     string
	policy   sched.Policy
	features []string
	script   []operation
	want     []string
}

// operation is one line of a script.
type operation struct {
	line int
	verb string
	args []string
	opts map[string]string
}

func (o *operation) String() string {
	return fmt.Sprintf("line %d: %s %s", o.line, o.verb, strings.Join(o.args, " "))
}

// parseVector reads a vector of format version 1.
func parseVector(name string, text []byte) (*vector, error) {
	v := &vector{name: name}
	in := bufio.NewScanner(bytes.NewReader(text))
	in.Buffer(nil, 1<<20)
	output := false
	for n := 1; in.Scan(); n++ {
		line := in.Text()
		switch {
		case n == 1:
			if err := v.header(line); err != nil {
				return nil, fmt.Errorf("%s:1: %w", name, err)
			}
		case output:
			v.want = append(v.want, line)
		case line == "----":
			output = true
		case strings.TrimSpace(line) != "" && line[0] != '#':
			v.script = append(v.script, parseOperation(n, line))
		}
	}
	if !output || len(v.want) == 0 {
		return nil, fmt.Errorf("%s: no expected output", name)
	}
	return v, in.Err()
}

func (v *vector) header(line string) error {
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
			v.policy, found = policy, true
		}
		if fs, ok := strings.CutPrefix(f, "features="); ok && fs != "" {
			v.features = strings.Split(fs, ",")
		}
	}
	if !found {
		return fmt.Errorf("no policy: %q", line)
	}
	return nil
}

func parseOperation(n int, line string) operation {
	o := operation{line: n, opts: map[string]string{}}
	for i, f := range strings.Fields(line) {
		k, v, isOpt := strings.Cut(f, "=")
		switch {
		case i == 0:
			o.verb = f
		case isOpt:
			o.opts[k] = v
		default:
			o.args = append(o.args, f)
		}
	}
	return o
}

// number returns argument i; scripts are machine-made, so anything else panics.
func (o *operation) number(i int) int { return mustNumber(o, o.args[i]) }

func (o *operation) option(key string, otherwise int) int {
	if s, ok := o.opts[key]; ok {
		return mustNumber(o, s)
	}
	return otherwise
}

func (o *operation) list(key string, otherwise ...string) []string {
	if s, ok := o.opts[key]; ok {
		return strings.Split(s, ",")
	}
	return otherwise
}

// micros returns a span of script time, inf as 0.
func (o *operation) micros(s string) sched.Duration {
	if s == "inf" || s == "" {
		return 0
	}
	return sched.Duration(mustNumber(o, s)) * fence.Microsecond
}

// errno returns the error number of "-5", 0 without the option.
func (o *operation) errno(key string) fence.Errno { return fence.Errno(-o.option(key, 0)) }

func mustNumber(o *operation, s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		panic(fmt.Sprintf("%s: %v", o, err))
	}
	return n
}

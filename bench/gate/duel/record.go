package duel

import (
	"fmt"
	"runtime"
	"strings"

	"credence/bench/gate"
)

// record is one side's results file, in memory.
type record struct {
	b       strings.Builder
	set     map[string]string // keys in force
	samples int
	name    string
}

func newRecord(t *Tree) *record {
	r := &record{set: map[string]string{}, name: t.name}
	fmt.Fprintf(&r.b, "# commit: %s\n# go: %s\n", t.commit, runtime.Version())
	return r
}

// key sets a key of the lines that follow; "" takes it away.
func (r *record) key(key, value string) {
	if r.set[key] == value {
		return
	}
	r.set[key] = value
	if value != "" {
		value = " " + value
	}
	fmt.Fprintf(&r.b, "%s:%s\n", key, value)
}

// raw adds a line that a test binary printed.
func (r *record) raw(line string) { r.b.WriteString(line + "\n") }

// result adds a line of results as it was printed.
func (r *record) result(line string) {
	r.raw(line)
	r.samples++
}

// line adds a result in the name that the testing package gives it.
func (r *record) line(pkg, name string, n int, figures string) {
	r.key("pkg", modulePath+"/"+pkg)
	suffix := ""
	if p := runtime.GOMAXPROCS(0); p != 1 {
		suffix = fmt.Sprintf("-%d", p)
	}
	r.result(fmt.Sprintf("Benchmark%s%s \t%d\t%s", name, suffix, n, figures))
}

// modulePath is what the packages' import paths begin with.
const modulePath = "credence"

// text returns the file, whole.
func (r *record) text(rounds int) string {
	return fmt.Sprintf("%s# status: complete, %d rounds, %d samples\n", r.b.String(), rounds, r.samples)
}

// result parses what was recorded, so that what is judged is what can be read
// again from a file.
func (d *duel) result() (*Result, error) {
	out := &Result{Rounds: d.rounds, Took: d.took, Notes: d.notes}
	sets := [2]**gate.Set{&out.Base, &out.Head}
	texts := [2]*string{&out.BaseText, &out.HeadText}
	for i, r := range d.records {
		*texts[i] = r.text(d.rounds)
		var err error
		if *sets[i], err = gate.Parse(r.name, []byte(*texts[i])); err != nil {
			return nil, err
		}
	}
	for _, p := range d.Packages {
		if d.identical[p.Path] {
			out.Identical = append(out.Identical, modulePath+"/"+p.Path)
		}
	}
	return out, nil
}

package gate

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"golang.org/x/perf/benchfmt"
	"golang.org/x/perf/benchmath"
	"golang.org/x/perf/benchproc"
)

// builder gathers the results of one file. What a row is and what a machine is
// are projections of benchproc.
type builder struct {
	set                   *Set
	pkg, name             *benchproc.Projection
	machine               *benchproc.Projection
	layout, round, regime *benchproc.Projection
}

func newBuilder(name string) *builder {
	var p benchproc.ProjectionParser
	must := func(expression string) *benchproc.Projection {
		projection, err := p.Parse(expression, nil)
		if err != nil {
			panic("gate: " + err.Error())
		}
		return projection
	}
	return &builder{
		set:     &Set{Name: name, index: map[Row]*Series{}},
		machine: must("goos,goarch,cpu,/gomaxprocs"),
		pkg:     must("pkg"), layout: must("layout"), round: must("round"), regime: must("regime"),
		name: must(".fullname"),
	}
}

// add takes one line of results.
func (b *builder) add(r *benchfmt.Result) error {
	name, line := b.set.Name, lineOf(r)
	if r.Iters < 1 {
		return &Problem{name, line, fmt.Sprintf("%d iterations", r.Iters),
			"the line is damaged: measure again"}
	}
	full := b.name.Project(r).StringValues()
	if full == "" || full[0] == '/' {
		return &Problem{name, line, "the benchmark has no name", "the line is damaged: measure again"}
	}
	if m := b.machine.Project(r).String(); !slices.Contains(b.set.Machines, m) {
		b.set.Machines = append(b.set.Machines, m)
	}
	sample := Sample{Layout: b.layout.Project(r).StringValues(), Line: line,
		Round: b.round.Project(r).StringValues(), Regime: b.regime.Project(r).StringValues()}
	pkg := b.pkg.Project(r).StringValues()
	for i, v := range r.Values {
		if err := checkValue(name, line, r.Values[:i], v); err != nil {
			return err
		}
		sample.Value = v.Value
		row := Row{pkg, full, v.Unit}
		s := b.set.index[row]
		if s == nil {
			s = &Series{Row: row}
			b.set.index[row] = s
			b.set.Series = append(b.set.Series, s)
		}
		s.Samples = append(s.Samples, sample)
	}
	return nil
}

func lineOf(r benchfmt.Record) int {
	_, line := r.Pos()
	return line
}

// checkValue refuses figures that no run can give.
func checkValue(name string, line int, before []benchfmt.Value, v benchfmt.Value) error {
	for _, w := range before {
		if w.Unit == v.Unit {
			return &Problem{name, line, "two figures in " + v.Unit,
				"the line is damaged, or the benchmark reports a unit twice"}
		}
	}
	switch {
	case math.IsNaN(v.Value) || math.IsInf(v.Value, 0):
		return &Problem{name, line, fmt.Sprintf("%v %s is no figure", v.Value, v.Unit),
			"the line is damaged, or the benchmark divides by 0"}
	case v.Value < 0 && isTime(v.Unit):
		return &Problem{name, line, fmt.Sprintf("%v %s is less than nothing", v.Value, v.Unit),
			"the machine's clock went back, or the line is damaged: measure again"}
	}
	return nil
}

// finish says of each series what kind it is.
func (b *builder) finish(units benchfmt.UnitMetadataMap) (*Set, error) {
	for _, s := range b.set.Series {
		switch {
		case units.GetAssumption(s.Unit) == benchmath.AssumeExact:
			s.Kind = Exact
		case strings.HasPrefix(s.Unit, "instr"):
			s.Kind = Instructions
		default:
			s.Kind = Host
		}
		s.Better = better(units, s.Unit)
	}
	return b.set, nil
}

// better returns the direction of a unit: what is declared, or what is plain
// from its name.
func better(units benchfmt.UnitMetadataMap, unit string) int {
	switch d := units.GetBetter(unit); {
	case d != 0:
		return d
	case strings.HasSuffix(unit, "/s"):
		return +1
	case isTime(unit) || strings.HasPrefix(unit, "instr") || strings.HasPrefix(unit, "B/") ||
		strings.HasPrefix(unit, "allocs/"):
		return -1
	}
	return 0
}

// isTime reports whether a tidied unit counts seconds.
func isTime(unit string) bool {
	numerator, _, _ := strings.Cut(unit, "/")
	return numerator == "sec" || strings.HasSuffix(numerator, "-sec")
}

package report

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"credence/bench/gate"
	"credence/bench/report/chart"
)

const scalingCommand = "./scripts/scaling"

// scaleName is what all of its rows begin with.
const scaleName = "Scale/"

// scaleUnits are the units in words.
var scaleUnits = map[string]string{
	"instr/job": "Instructions a job", "B/entity": "Bytes an entity", "B/job": "Bytes a job",
	"grown-B/job": "Bytes by which a job lets the heap grow",
}

// scaled are the keys of a benchmark's name that scale, and what they are.
var scaled = []struct{ key, about string }{
	{"entities", "entities attached"}, {"jobs", "jobs"},
}

// curve is a figure of one benchmark over one key.
type curve struct {
	key, about, unit, name string
	points                 []chart.Point
}

// curves returns the figures of a file that were taken over a key that scales.
func curves(set *gate.Set) []*curve {
	var list []*curve
	for _, x := range set.Series {
		for _, k := range scaled {
			name, at, ok := without(strings.TrimPrefix(x.Name, scaleName), k.key)
			if !ok {
				continue
			}
			i := slices.IndexFunc(list, func(c *curve) bool {
				return c.key == k.key && c.unit == x.Unit && c.name == name
			})
			if i < 0 {
				i = len(list)
				list = append(list, &curve{key: k.key, about: k.about, unit: x.Unit, name: name})
			}
			v := slices.Sorted(slices.Values(x.Values()))
			list[i].points = append(list[i].points, chart.Point{X: at, Y: v[len(v)/2]})
		}
	}
	list = slices.DeleteFunc(list, func(c *curve) bool { return len(c.points) < 2 })
	for _, c := range list {
		slices.SortFunc(c.points, func(a, b chart.Point) int { return int(max(-1, min(1, a.X-b.X))) })
	}
	return list
}

// without returns a benchmark's name without one key, and the key's number.
func without(name, key string) (string, float64, bool) {
	var rest []string
	at, found := 0.0, false
	for part := range strings.SplitSeq(name, "/") {
		k, v, ok := strings.Cut(part, "=")
		n, err := strconv.ParseFloat(v, 64)
		if ok && k == key && err == nil && n > 0 {
			at, found = n, true
			continue
		}
		rest = append(rest, part)
	}
	return strings.Join(rest, "/"), at, found
}

// scaling shows what a job and an entity cost as their numbers grow.
func scaling(b *builder, s *section) error {
	path, err := b.newest("scaling-*.txt", "What jobs and entities cost as they become many was not "+
		"measured", scalingCommand)
	if err != nil {
		return err
	}
	set, err := gate.Read(path)
	if err != nil {
		return err
	}
	list := curves(set)
	if len(list) == 0 {
		return damaged(set.Name, 1, "no row has a number of entities or jobs in its name", scalingCommand)
	}
	by := b.command(scalingCommand)
	s.Lead = "What a job and an entity cost as they become many: counted and weighed, not timed."
	var names, labels []string
	more := 0
	for _, c := range list {
		switch {
		case slices.Contains(names, c.name):
		case len(names) == chart.MaxSeries:
			more++
		default:
			names, labels = append(names, c.name), append(labels, words(c.name))
		}
	}
	s.add(block{Legend: legend(true, labels...)})
	s.add(block{Figures: scalingFigures(b, list, names), Wide: true, Command: by})
	if more > 0 {
		s.add(block{Text: fmt.Sprintf("%d more curves are in the file.", more)})
	}
	scalingVerdicts(b, s, list, by)
	return nil
}

// scalingFigures draws a picture for each key and unit, in the order of the file.
func scalingFigures(b *builder, list []*curve, names []string) []figure {
	var figures []figure
	for len(list) > 0 {
		first := list[0]
		var of, rest []*curve
		for _, c := range list {
			if c.key == first.key && c.unit == first.unit {
				of = append(of, c)
			} else {
				rest = append(rest, c)
			}
		}
		list = rest
		if f, ok := scalingFigure(b, of, names); ok {
			figures = append(figures, f)
		}
	}
	return figures
}

// scalingFigure draws one unit over one key.
func scalingFigure(b *builder, of []*curve, names []string) (figure, bool) {
	y := chart.Axis{Zero: true}
	if strings.Contains(of[0].unit, "B/") {
		y.Format = chart.Bytes
	}
	pic := chart.Lines{X: chart.Axis{Log: true}, Y: y}
	for _, c := range of {
		if i := slices.Index(names, c.name); i >= 0 {
			pic.Lines = append(pic.Lines, chart.Line{Look: chart.Look(i), Points: c.points, Marks: true})
		}
	}
	if len(pic.Lines) == 0 {
		return figure{}, false
	}
	last := of[0].points[len(of[0].points)-1]
	title := of[0].unit
	if t := scaleUnits[title]; t != "" {
		title = t
	}
	pic.Title = title + " over " + of[0].about
	pic.Desc = fmt.Sprintf("%d curves; %s has %s at %s.", len(pic.Lines), of[0].name,
		chart.Plain(last.Y), chart.Plain(last.X))
	return b.figure(title, "over "+of[0].about, pic.Draw()), true
}

// What is claimed: no instruction more for entities that have nothing to run, which
// is all but one where idleCase stands in the name, and that so many bytes a job are
// the most by which the heap grows for good.
const (
	idleCase      = "busy=one"
	maxGrownBytes = 0.01
)

// scalingVerdicts says what the curves bear out.
func scalingVerdicts(b *builder, s *section, list []*curve, by *command) {
	for _, c := range list {
		first, last := c.points[0], c.points[len(c.points)-1]
		switch {
		case c.unit == "instr/job" && c.key == "entities" && strings.Contains(c.name, idleCase):
			differ := slices.ContainsFunc(c.points, func(p chart.Point) bool { return p.Y != first.Y })
			b.verdict(s, verdict{State: when(!differ), Command: by,
				Claim: "A job costs the same however many entities idle beside it",
				Figure: fmt.Sprintf("%s instructions with %s, %s with %s", chart.Plain(first.Y),
					entities(chart.Plain(first.X)), chart.Plain(last.Y), entities(chart.Plain(last.X)))})
		case c.unit == "grown-B/job":
			b.verdict(s, verdict{State: when(last.Y <= maxGrownBytes), Command: by,
				Claim: "The heap does not grow with the number of jobs",
				Figure: fmt.Sprintf("%s bytes a job over %s jobs", chart.Plain(last.Y),
					chart.Plain(last.X))})
		}
	}
}

package chart

import (
	"fmt"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Lines is a picture of figures over an axis.
type Lines struct {
	Frame
	X, Y  Axis
	Lines []Line
	// Cuts are where a line goes from bottom to top: change points.
	Cuts []float64
	// Height of the plot in CSS pixels without the head; 0 means 190.
	Height float64
}

// Line is one of them.
type Line struct {
	Look   Look
	Points []Point
	// Step holds each figure until the next, as a distribution does. Marks draws the
	// points too.
	Step, Marks bool
}

// Point is one figure.
type Point struct{ X, Y float64 }

// Draw draws the picture. It panics without a line or with more than MaxSeries.
func (l *Lines) Draw() *Picture {
	if len(l.Lines) == 0 || len(l.Lines) > MaxSeries {
		panic(fmt.Sprintf("chart: %d lines of %d", len(l.Lines), MaxSeries))
	}
	height := l.Height
	if height == 0 {
		height = 190
	}
	p := blank()
	var xs, ys []float64
	for _, line := range l.Lines {
		for _, q := range line.Points {
			xs, ys = append(xs, q.X), append(ys, q.Y)
		}
	}
	l.X.set(&p.X, append(xs, l.Cuts...), l.width()-60)
	l.Y.set(&p.Y, ys, height-30)
	lines := plotter.NewGrid()
	lines.Horizontal.Color, lines.Horizontal.Width = grid.color(), 1
	lines.Vertical.Color, lines.Vertical.Width = grid.color(), 1
	p.Add(lines, (*linePlotter)(l))
	return l.paint(p, height)
}

// linePlotter draws the lines.
type linePlotter Lines

// Plot implements plot.Plotter.
func (l *linePlotter) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	for _, v := range l.Cuts {
		st := draw.LineStyle{Color: muted.color(), Width: 1, Dashes: []vg.Length{3, 2}}
		c.StrokeLine2(st, x(l.X.at(v)), c.Min.Y, x(l.X.at(v)), c.Max.Y)
	}
	for i := range l.Lines {
		line := &l.Lines[i]
		var path []vg.Point
		for _, q := range line.Points {
			if !l.X.usable(q.X) || !l.Y.usable(q.Y) {
				continue
			}
			path = line.extend(path, vg.Point{X: x(l.X.at(q.X)), Y: y(l.Y.at(q.Y))})
			if line.Marks {
				c.DrawGlyph(line.Look.glyph(3.2), path[len(path)-1])
			}
		}
		if len(path) > 1 {
			c.StrokeLines(line.Look.line(1.7), path)
		}
	}
}

// minStep is the length in points below which a step is not drawn.
const minStep = 0.4

// extend adds a point. Of steps that are too small to see, the last one counts.
func (l *Line) extend(path []vg.Point, q vg.Point) []vg.Point {
	n := len(path)
	switch {
	case !l.Step || n == 0:
		return append(path, q)
	case n > 1 && q.X-path[n-1].X < minStep:
		path[n-1].Y = q.Y
		return path
	}
	return append(path, vg.Point{X: q.X, Y: path[n-1].Y}, q)
}

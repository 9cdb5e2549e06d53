package chart

import (
	"fmt"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Rows is a picture of one row a thing: its name, and below it what was measured
// of it along a common axis.
type Rows struct {
	Frame
	Axis Axis
	Rows []Row
	// Ref is where a line goes through all rows; 0 means none.
	Ref float64
}

// Row is one of them.
type Row struct {
	// Label is its name, Value a figure in words at the other end of the line.
	Label, Value string
	// Dots are the samples. Lo, Center and Hi are an interval; a Row without one has
	// HasInterval false.
	Dots           []float64
	Lo, Center, Hi float64
	HasInterval    bool
	// Look is the series of the samples, and of the interval if Accent says so.
	Look   Look
	Accent bool
	// Marks are single figures of several series.
	Marks []Mark
}

// Mark is a figure of a series.
type Mark struct {
	Look Look
	At   float64
}

// MaxRows bounds a picture.
const MaxRows = 64

// Measures of a row, in points: its height, where what was measured lies below its
// top, how high the lines behind that are, and how far names stand out of the plot.
const (
	rowHeight = 31
	rowMiddle = 21
	rowBand   = 7.5
	rowIndent = 13
)

// Draw draws the picture. It panics without rows or with more than MaxRows.
func (r *Rows) Draw() *Picture {
	if len(r.Rows) == 0 || len(r.Rows) > MaxRows {
		panic(fmt.Sprintf("chart: %d rows of %d", len(r.Rows), MaxRows))
	}
	p := blank()
	var all []float64
	for i := range r.Rows {
		all = append(all, r.Rows[i].figures()...)
	}
	if r.Ref != 0 {
		all = append(all, r.Ref)
	}
	r.Axis.set(&p.X, all, r.width()-2*rowIndent-4)
	p.HideY()
	p.Y.Padding = 0
	p.Y.Min, p.Y.Max = 0, float64(len(r.Rows))
	r.indent = rowIndent
	p.Add((*rowPlotter)(r))
	return r.paint(p, float64(len(r.Rows)*rowHeight)+22)
}

func (w *Row) figures() []float64 {
	var v []float64
	v = append(v, w.Dots...)
	for _, m := range w.Marks {
		v = append(v, m.At)
	}
	if w.HasInterval {
		v = append(v, w.Lo, w.Center, w.Hi)
	}
	return v
}

// rowPlotter draws the rows.
type rowPlotter Rows

// Plot implements plot.Plotter.
func (r *rowPlotter) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	at := func(v float64) vg.Length { return x(r.Axis.at(v)) }
	name, value := style(labelSize, ink, text.XLeft), style(labelSize, muted, text.XRight)
	ticks := p.X.Tick.Marker.Ticks(p.X.Min, p.X.Max)
	n := len(r.Rows)
	for i := range r.Rows {
		w := &r.Rows[i]
		top := y(float64(n - i))
		middle := top - rowMiddle
		for _, t := range ticks {
			c.StrokeLine2(behind(grid), x(t.Value), middle-rowBand, x(t.Value), middle+rowBand)
		}
		if r.Ref != 0 {
			c.StrokeLine2(behind(muted), at(r.Ref), middle-rowBand, at(r.Ref), middle+rowBand)
		}
		r.names(c, w, top-vg.Points(12), name, value)
		w.draw(c, &r.Axis, at, middle)
	}
}

// behind is a line that what was measured stands before.
func behind(r role) draw.LineStyle { return draw.LineStyle{Color: r.color(), Width: 1} }

// names writes the line above what was measured.
func (r *rowPlotter) names(c draw.Canvas, w *Row, y vg.Length, name, value text.Style) {
	left, right := c.Min.X-rowIndent, c.Max.X+rowIndent
	c.FillText(name, vg.Point{X: left, Y: y}, cut(w.Label, name, right-left-value.Width(w.Value)-8))
	c.FillText(value, vg.Point{X: right, Y: y}, w.Value)
}

// draw draws what was measured of a row, at a height.
func (w *Row) draw(c draw.Canvas, a *Axis, at func(float64) vg.Length, y vg.Length) {
	for _, v := range w.Dots {
		if a.usable(v) {
			c.DrawGlyph(w.Look.dot(), vg.Point{X: at(v), Y: y})
		}
	}
	if w.HasInterval && a.usable(w.Lo) && a.usable(w.Hi) && a.usable(w.Center) {
		st := draw.LineStyle{Color: ink.color(), Width: 1.4}
		if w.Accent {
			st.Color = w.Look.role().color()
		}
		c.StrokeLine2(st, at(w.Lo), y, at(w.Hi), y)
		for _, v := range []float64{w.Lo, w.Hi} {
			c.StrokeLine2(st, at(v), y-2.5, at(v), y+2.5)
		}
		st.Width = 2.6
		c.StrokeLine2(st, at(w.Center), y-5, at(w.Center), y+5)
	}
	for _, m := range w.Marks {
		if a.usable(m.At) {
			c.DrawGlyph(m.Look.glyph(4), vg.Point{X: at(m.At), Y: y})
		}
	}
}

// Package chart draws the pictures of the report: rows of samples with their
// intervals, and lines over an axis. Each is an SVG whose colours are names of a
// theme, so that one picture serves light and dark pages, and whose text is text.
// gonum/plot does the geometry. The package refuses to draw what a reader cannot
// tell apart: more series than there are colours and shapes panic, and labels that
// would touch each other are left out or cut.
//
// The same input gives the same bytes.
package chart

import (
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"
)

// Width is that of a picture on a page, in CSS pixels: one fits a phone, three a
// desk.
const Width = 350

// Sizes of text, in CSS pixels.
const (
	labelSize = 11
	tickSize  = 10.5
	titleSize = 14
)

// Frame is what every picture has.
type Frame struct {
	// Title and Desc are what a reader who cannot see the picture is told. Both are
	// required.
	Title, Desc string
	// Width is in CSS pixels; 0 means Width.
	Width float64
	// Heading, Sub and Keys are drawn above the picture, for one that stands alone: a
	// title, a line below it, and the names of the series. Empty ones are not.
	Heading, Sub string
	Keys         []string
	// KeyLines says that the signs of Keys are lines.
	KeyLines bool

	// indent is how far the plot lies within the picture on both sides.
	indent vg.Length
}

func (f *Frame) width() float64 {
	if f.Width == 0 {
		return Width
	}
	return f.Width
}

// headRoom is how much of the height Heading, Sub and Keys take.
func (f *Frame) headRoom() float64 {
	h := 0.0
	if f.Heading != "" {
		h += 24
	}
	if f.Sub != "" {
		h += 17
	}
	if len(f.Keys) > 0 {
		h += 24
	}
	if h > 0 {
		h += 10
	}
	return h
}

// style returns a text of a size and colour.
func style(size float64, r role, align text.XAlignment) text.Style {
	return text.Style{
		Color:   r.color(),
		Font:    font.Font{Typeface: "Liberation", Variant: "Sans", Size: vg.Points(size)},
		XAlign:  align,
		YAlign:  text.YBottom,
		Handler: plot.DefaultTextHandler,
	}
}

// blank returns a plot without any decoration.
func blank() *plot.Plot {
	p := plot.New()
	p.BackgroundColor = nil
	for _, a := range []*plot.Axis{&p.X, &p.Y} {
		a.Padding = vg.Points(4)
		a.LineStyle.Width = 0
		a.Tick.Length = 0
		a.Tick.LineStyle.Width = 0
		a.Tick.Label = style(tickSize, muted, a.Tick.Label.XAlign)
	}
	p.X.Padding = vg.Points(7) // clear of the lowest label of Y
	p.X.Tick.Label.XAlign, p.X.Tick.Label.YAlign = text.XCenter, text.YTop
	p.Y.Tick.Label.XAlign, p.Y.Tick.Label.YAlign = text.XRight, text.YCenter
	return p
}

// paint draws a plot below its head and returns the picture.
func (f *Frame) paint(p *plot.Plot, height float64) *Picture {
	if f.Title == "" || f.Desc == "" {
		panic("chart: a picture without title and description")
	}
	head := f.headRoom()
	height += head
	canvas := vgsvg.New(vg.Points(f.width()), vg.Points(height))
	c := draw.New(canvas)
	margin := vg.Length(0)
	if head > 0 { // it stands alone
		margin = 14
	}
	f.head(draw.Crop(c, margin, -margin, 0, 0))
	p.Draw(draw.Crop(c, margin+f.indent, -margin-f.indent, 1+margin/2, -vg.Points(head)))
	return finish(f, canvas, height)
}

// head draws the title, the line below it and the keys.
func (f *Frame) head(c draw.Canvas) {
	y := c.Max.Y - vg.Points(2)
	line := func(s string, size float64, r role, step float64) {
		if s == "" {
			return
		}
		y -= vg.Points(step)
		st := style(size, r, text.XLeft)
		c.FillText(st, vg.Point{X: c.Min.X, Y: y}, cut(s, st, c.Max.X-c.Min.X))
	}
	line(f.Heading, titleSize, ink, 22)
	line(f.Sub, labelSize, muted, 17)
	if len(f.Keys) == 0 {
		return
	}
	y -= vg.Points(18)
	x := c.Min.X
	st := style(labelSize, ink, text.XLeft)
	for i, k := range f.Keys {
		if l := Look(i); f.KeyLines {
			c.StrokeLine2(l.line(1.8), x, y+4, x+24, y+4)
			x += 30
		} else {
			c.DrawGlyph(l.glyph(4), vg.Point{X: x + 5, Y: y + 4})
			x += 14
		}
		c.FillText(st, vg.Point{X: x, Y: y}, k)
		x += st.Width(k) + 18
	}
}

// cut returns s, or as much of it as fits with an ellipsis.
func cut(s string, st text.Style, room vg.Length) string {
	if st.Width(s) <= room {
		return s
	}
	r := []rune(s)
	for len(r) > 0 && st.Width(string(r)+"…") > room {
		r = r[:len(r)-1]
	}
	return string(r) + "…"
}

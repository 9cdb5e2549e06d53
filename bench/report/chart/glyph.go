package chart

import (
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// outline draws the sign of a series: lines only, so that signs which lie on each
// other all show, and thick enough to have a colour.
type outline Look

// outlineWidth is that of the lines, in points.
const outlineWidth = 1.3

// corners are those of each sign in units of its radius, as strokes. The first one
// is a circle and has none.
var corners = [MaxSeries][][][2]float64{
	1: {{{0, 1.15}, {1, -0.65}, {-1, -0.65}, {0, 1.15}}},
	2: {{{-0.85, -0.85}, {0.85, -0.85}, {0.85, 0.85}, {-0.85, 0.85}, {-0.85, -0.85}}},
	3: {{{-0.8, -0.8}, {0.8, 0.8}}, {{-0.8, 0.8}, {0.8, -0.8}}},
	4: {{{0, -1.15}, {1, 0.65}, {-1, 0.65}, {0, -1.15}}},
	5: {{{-1.1, 0}, {1.1, 0}}, {{0, -1.1}, {0, 1.1}}},
	6: {{{0, 1.2}, {1.2, 0}, {0, -1.2}, {-1.2, 0}, {0, 1.2}}},
}

// DrawGlyph implements draw.GlyphDrawer.
func (o outline) DrawGlyph(c *draw.Canvas, st draw.GlyphStyle, at vg.Point) {
	c.SetLineStyle(draw.LineStyle{Color: st.Color, Width: outlineWidth})
	if o == 0 {
		var p vg.Path
		p.Move(vg.Point{X: at.X + st.Radius, Y: at.Y})
		p.Arc(at, st.Radius, 0, 2*math.Pi)
		p.Close()
		c.Stroke(p)
		return
	}
	for _, stroke := range corners[o] {
		var p vg.Path
		for i, q := range stroke {
			to := vg.Point{X: at.X + st.Radius*vg.Length(q[0]), Y: at.Y + st.Radius*vg.Length(q[1])}
			if i == 0 {
				p.Move(to)
			} else {
				p.Line(to)
			}
		}
		c.Stroke(p)
	}
}

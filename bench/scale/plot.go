package scale

import (
	"bytes"
	"fmt"
	"image/color"
	"strconv"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"
)

// panels are the pictures of a plot, one beside the other: a unit over a key.
var panels = []struct{ unit, key, title string }{
	{"instr/job", "entities", "Instructions a job"},
	{"B/entity", "entities", "Bytes an entity"},
	{"B/job", "entities", "Bytes a job"},
	{"instr/job", "jobs", "Instructions a job, later and later"},
}

// colours are Okabe and Ito's, which people with any colour vision tell apart; each
// line has a shape too.
var (
	colours = []color.RGBA{{0x00, 0x72, 0xb2, 0xff}, {0xd5, 0x5e, 0x00, 0xff}, {0x00, 0x9e, 0x73, 0xff},
		{0xcc, 0x79, 0xa7, 0xff}, {0x33, 0x33, 0x33, 0xff}}
	shapes = []draw.GlyphDrawer{draw.CircleGlyph{}, draw.SquareGlyph{}, draw.TriangleGlyph{},
		draw.PyramidGlyph{}, draw.CrossGlyph{}}
)

// Sizes of a plot.
const (
	panelWidth, panelHeight = 3.6 * vg.Inch, 2.9 * vg.Inch
	legendHeight            = 1.2 * vg.Inch
)

// Plot draws rows as SVG.
func Plot(rows []Row) ([]byte, error) {
	canvas := vgsvg.NewWith(vgsvg.UseWH(2*panelWidth, 2*panelHeight+legendHeight))
	c := draw.New(canvas)
	c.SetColor(color.White)
	c.Fill(c.Rectangle.Path())
	legend := plot.NewLegend()
	for i := range panels {
		g, err := panel(i, rows, &legend)
		if err != nil {
			return nil, err
		}
		x, y := vg.Length(i%2)*panelWidth, vg.Length(1-i/2)*panelHeight+legendHeight
		g.Draw(draw.Canvas{Canvas: c.Canvas, Rectangle: vg.Rectangle{
			Min: vg.Point{X: x + 6, Y: y + 6}, Max: vg.Point{X: x + panelWidth - 6, Y: y + panelHeight - 6}}})
	}
	legend.Left, legend.Top = true, true
	plain(&legend.TextStyle, 10)
	legend.Draw(draw.Canvas{Canvas: c.Canvas, Rectangle: vg.Rectangle{Min: vg.Point{X: 24, Y: 4},
		Max: vg.Point{X: 2 * panelWidth, Y: legendHeight - 6}}})
	var b bytes.Buffer
	if _, err := canvas.WriteTo(&b); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// panel draws one picture; the first adds its lines to the legend.
func panel(i int, rows []Row, legend *plot.Legend) (*plot.Plot, error) {
	p := panels[i]
	g := plot.New()
	g.Title.Text, g.X.Label.Text = p.title, p.key
	g.X.Scale, g.X.Tick.Marker = plot.LogScale{}, decades{}
	g.X.Min, g.X.Max, g.Y.Min = 1, 10, 0
	for _, s := range []*text.Style{&g.Title.TextStyle, &g.X.Label.TextStyle, &g.X.Tick.Label,
		&g.Y.Tick.Label} {
		plain(s, 9)
	}
	g.Add(plotter.NewGrid())
	names, lines := series(rows, p.unit, p.key)
	for k, name := range names {
		line, dots, err := plotter.NewLinePoints(lines[name])
		if err != nil {
			return nil, fmt.Errorf("%s: %w", p.title, err)
		}
		line.Color, dots.Color = colours[k%len(colours)], colours[k%len(colours)]
		dots.Shape, dots.Radius = shapes[k%len(shapes)], 3
		g.Add(line, dots)
		if i == 0 {
			legend.Add(name, line, dots)
		}
	}
	g.Y.Min = 0
	g.Y.Max *= 1.1
	return g, nil
}

func plain(s *text.Style, size float64) {
	s.Font.Variant, s.Font.Size = "Sans", vg.Points(size)
}

// series returns the curves of a unit over a key, by the rest of their names, in
// the order of the rows.
func series(rows []Row, unit, key string) (names []string, lines map[string]plotter.XYs) {
	lines = map[string]plotter.XYs{}
	for i := range rows {
		v, has := rows[i].Of(unit)
		rest, at, ok := cut(rows[i].Name, key)
		if !has || !ok || key == "entities" && strings.Contains(rest, "/jobs=") {
			continue
		}
		if lines[rest] == nil {
			names = append(names, rest)
		}
		lines[rest] = append(lines[rest], plotter.XY{X: at, Y: v})
	}
	return names, lines
}

// cut returns a name without a key, and the key's value.
func cut(name, key string) (rest string, at float64, ok bool) {
	var parts []string
	for part := range strings.SplitSeq(strings.TrimPrefix(name, benchmark+"/"), "/") {
		if v, is := strings.CutPrefix(part, key+"="); is {
			n, err := strconv.ParseFloat(v, 64)
			at, ok = n, err == nil
			continue
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, "/"), at, ok
}

// decades puts a tick at each power of ten.
type decades struct{}

// Ticks implements plot.Ticker.
func (decades) Ticks(lo, hi float64) []plot.Tick {
	var out []plot.Tick
	for v, e := 1.0, 0; v <= hi*1.001; v, e = v*10, e+1 {
		if v >= lo*0.999 {
			out = append(out, plot.Tick{Value: v, Label: fmt.Sprintf("1e%d", e)})
		}
	}
	return out
}

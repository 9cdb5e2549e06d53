package study

import (
	"bytes"
	"cmp"
	"fmt"
	"image/color"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"
)

// plotFile is a picture of the study.
type plotFile struct {
	File
	alt, about string
}

// maxLines is how many comparisons a picture shows, those that differ most.
const maxLines = 24

// picture is one dot plot: a line a comparison, a dot a flow.
type picture struct {
	name, title, axis, about string
	value                    func(row, lanes *Row) float64
}

var pictures = []picture{
	{"work", "Jobs done, relative to lanes", "% of the jobs that lanes gets done",
		"Left of 100 % a flow admits too little, or has lost queues to over-runs.",
		func(r, lanes *Row) float64 { return float64(share(r.Jobs, max(1, lanes.Jobs))) / 1e4 }},
	{"busy", "Utilisation", "% of the time in which engines that the workload uses execute",
		"Jobs differ in length, so this and not their number says what a flow loses or gains.",
		func(r, _ *Row) float64 { return float64(r.BusyPPM) / 1e4 }},
	{"idle", "Idle while ready", "% of the engines' time, idle although a job was held back for them",
		"What under-admission costs: engines that wait for flow control alone.",
		func(r, _ *Row) float64 { return float64(r.IdlePPM) / 1e4 }},
	{"vain", "RUN items that ran nothing", "RUN items in vain per job",
		"What a flow asks of the worker: looks at a queue that end without a job.",
		func(r, _ *Row) float64 { return float64(share(r.InVain, max(1, r.Jobs+r.Failed))) / 1e6 }},
}

// looks are the marks of the flows, in the order of flowKinds: colours of Okabe
// and Ito, which people with any colour vision tell apart, and a shape each, since
// dots that lie on each other must show.
var looks = []draw.GlyphStyle{
	{Color: color.RGBA{0xe6, 0x9f, 0x00, 0xff}, Radius: 4, Shape: draw.SquareGlyph{}},
	{Color: color.RGBA{0xd5, 0x5e, 0x00, 0xff}, Radius: 5, Shape: draw.CrossGlyph{}},
	{Color: color.RGBA{0x00, 0x72, 0xb2, 0xff}, Radius: 5, Shape: draw.TriangleGlyph{}},
	{Color: color.RGBA{0xcc, 0x79, 0xa7, 0xff}, Radius: 5, Shape: draw.PyramidGlyph{}},
	{Color: color.RGBA{0x00, 0x9e, 0x73, 0xff}, Radius: 5, Shape: draw.RingGlyph{}},
	{Color: color.RGBA{0x33, 0x33, 0x33, 0xff}, Radius: 5, Shape: draw.PlusGlyph{}},
	{Color: color.RGBA{0x56, 0xb4, 0xe9, 0xff}, Radius: 3, Shape: draw.BoxGlyph{}},
}

// plots draws the comparisons of the reference device in which flows differ.
func (r *Report) plots(stem string) ([]plotFile, error) {
	d := r.reference()
	if d == nil {
		return nil, nil
	}
	var list []plotFile
	for i := range pictures {
		p := &pictures[i]
		cells, left := p.choose(r.of(d.Name))
		if len(cells) == 0 {
			continue
		}
		data, err := p.draw(d, cells)
		if err != nil {
			return nil, fmt.Errorf("plot %s: %w", p.name, err)
		}
		about := p.about
		if left > 0 {
			about += fmt.Sprintf(" Of the comparisons in which flows differ, the %d with the smallest "+
				"differences are left out.", left)
		}
		list = append(list, plotFile{File{stem + "-" + p.name + ".svg", data},
			p.title + " on " + d.Name, about})
	}
	return list, nil
}

// choose returns the comparisons in which the value differs most, in the order of
// the study, and how many more there are in which it differs.
func (p *picture) choose(cells []*Cell) ([]*Cell, int) {
	type line struct {
		at     int
		spread float64
	}
	var lines []line
	for i, c := range cells {
		low, high := p.value(&c.Rows[0], &c.Rows[exact]), 0.0
		for k := range c.Rows {
			v := p.value(&c.Rows[k], &c.Rows[exact])
			low, high = min(low, v), max(high, v)
		}
		if high > low {
			lines = append(lines, line{i, high - low})
		}
	}
	slices.SortStableFunc(lines, func(a, b line) int { return cmp.Compare(b.spread, a.spread) })
	shown := lines[:min(len(lines), maxLines)]
	slices.SortFunc(shown, func(a, b line) int { return cmp.Compare(a.at, b.at) })
	var out []*Cell
	for _, l := range shown {
		out = append(out, cells[l.at])
	}
	return out, len(lines) - len(shown)
}

// draw renders the picture as SVG.
func (p *picture) draw(d *Device, cells []*Cell) ([]byte, error) {
	g := plot.New()
	g.BackgroundColor = color.White
	g.Title.Text = p.title + " (" + d.Name + ")"
	g.Title.Padding = vg.Points(8)
	g.X.Label.Text = p.axis
	g.X.Padding, g.Y.Padding = vg.Points(6), vg.Points(6)
	grid := plotter.NewGrid()
	grid.Horizontal.Color = color.Gray{0xd8}
	grid.Vertical.Color = color.Gray{0xd8}
	g.Add(grid)
	var labels []string
	for _, c := range slices.Backward(cells) {
		labels = append(labels, fmt.Sprintf("%s, %s", c.Work, queues(c.Queues)))
	}
	g.NominalY(labels...)
	g.X.Min = 0
	legend := plot.NewLegend()
	for i := range flowKinds {
		dots := make(plotter.XYs, len(cells))
		for k, c := range slices.Backward(cells) {
			y := len(cells) - 1 - k
			dots[y] = plotter.XY{X: p.value(&c.Rows[i], &c.Rows[exact]), Y: float64(y)}
		}
		s, err := plotter.NewScatter(dots)
		if err != nil {
			return nil, err
		}
		s.GlyphStyle = looks[i]
		g.Add(s)
		legend.Add(cells[0].Rows[i].Flow, s)
	}
	g.X.Min = 0
	g.Y.Min, g.Y.Max = -0.7, float64(len(cells))-0.3
	for _, t := range []*text.Style{
		&g.Title.TextStyle, &g.X.Label.TextStyle, &g.X.Tick.Label, &g.Y.Tick.Label, &legend.TextStyle,
	} {
		t.Font.Variant, t.Font.Size = "Sans", vg.Points(10)
	}
	g.Title.TextStyle.Font.Size = vg.Points(13)
	g.X.Max += g.X.Max / 50 // a dot at the edge is seen whole
	return render(g, &legend, len(cells))
}

// Sizes of a picture.
const (
	pictureWidth = 9 * vg.Inch
	lineHeight   = 20 // points a comparison
	legendWidth  = 130
)

// render puts the legend beside the plot, where no dot can be.
func render(g *plot.Plot, legend *plot.Legend, lines int) ([]byte, error) {
	height := vg.Points(float64(max(lines, 7)*lineHeight + 90))
	canvas := vgsvg.NewWith(vgsvg.UseWH(pictureWidth, height))
	c := draw.New(canvas)
	c.SetColor(color.White)
	c.Fill(c.Rectangle.Path())
	g.Draw(draw.Crop(c, vg.Points(6), -vg.Points(legendWidth), vg.Points(6), -vg.Points(6)))
	legend.Top, legend.Left = true, true
	legend.Padding = vg.Points(4)
	legend.YPosition = draw.PosCenter
	legend.Draw(draw.Crop(c, pictureWidth-vg.Points(legendWidth-8), 0, 0, -vg.Points(34)))
	var b bytes.Buffer
	if _, err := canvas.WriteTo(&b); err != nil {
		return nil, err
	}
	return bytes.ReplaceAll(b.Bytes(), []byte(font), []byte(font+fallbacks)), nil
}

// A viewer without the font that gonum measures takes one of about its widths.
const (
	font      = "font-family:Liberation Sans"
	fallbacks = ",Arial,Helvetica,sans-serif"
)

package chart

import (
	"bytes"
	"fmt"
	"html"
	"regexp"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"
)

// Picture is a drawn chart.
type Picture struct {
	Title, Desc   string
	width, height float64
	body          string // what stands in the svg element, colours as roles
}

// What vgsvg writes around and into a picture, and what is left of it.
var (
	prolog   = regexp.MustCompile(`(?s)^.*?<svg[^>]*>\n`)
	fontText = regexp.MustCompile(`\n\tstyle="font-family:[^;]*;font-variant:[^;]*;` +
		`font-weight:normal;font-style:normal;`)
)

// finish takes the picture from its canvas.
func finish(f *Frame, canvas *vgsvg.Canvas, height float64) *Picture {
	var b bytes.Buffer
	if _, err := canvas.WriteTo(&b); err != nil {
		panic("chart: " + err.Error()) // a bytes.Buffer does not fail
	}
	s := prolog.ReplaceAllString(b.String(), "")
	s = fontText.ReplaceAllString(s, ` style="`)
	s = strings.TrimSuffix(strings.TrimSpace(s), "</svg>")
	return &Picture{f.Title, f.Desc, f.width(), height, s}
}

// Inline returns the picture as an element of a page that declares a theme's
// colours. id is unique on the page.
func (p *Picture) Inline(id string) string {
	names := make([]string, 0, 2*numRoles)
	for r := range numRoles {
		names = append(names, r.hex(), "var(--"+r.name()+")")
	}
	return fmt.Sprintf(`<svg class="chart" role="img" aria-labelledby="%[1]s-t %[1]s-d" `+
		`width="%[2]g" height="%[3]g" viewBox="0 0 %[2]g %[3]g">`+
		`<title id="%[1]s-t">%[4]s</title><desc id="%[1]s-d">%[5]s</desc>`+"\n%[6]s</svg>",
		html.EscapeString(id), p.width, p.height, html.EscapeString(p.Title),
		html.EscapeString(p.Desc), strings.NewReplacer(names...).Replace(p.body))
}

// File returns the picture as a file of its own in the colours of a theme, with a
// background, so that it can be read wherever it is shown.
func (p *Picture) File(t *Theme) []byte {
	names := make([]string, 0, 2*numRoles)
	for r := range numRoles {
		names = append(names, r.hex(), t[r])
	}
	return fmt.Appendf(nil, `<svg xmlns="http://www.w3.org/2000/svg" role="img" `+
		`aria-labelledby="t d" width="%[1]g" height="%[2]g" viewBox="0 0 %[1]g %[2]g" `+
		`font-family="Liberation Sans,Arial,Helvetica,sans-serif">`+"\n"+
		`<title id="t">%[3]s</title>`+"\n"+`<desc id="d">%[4]s</desc>`+"\n"+
		`<rect width="100%%" height="100%%" rx="6" fill="%[5]s"/>`+"\n%[6]s</svg>\n",
		p.width, p.height, html.EscapeString(p.Title), html.EscapeString(p.Desc), t[paper],
		strings.NewReplacer(names...).Replace(p.body))
}

// Key returns the sign of a series for a legend on a page. It is decoration: the
// name stands beside it.
func Key(i int, asLine bool) string {
	const w, h = 26, 12
	canvas := vgsvg.New(w, h)
	c := draw.New(canvas)
	l := Look(i)
	if asLine {
		c.StrokeLine2(l.line(1.8), 1, h/2, w-1, h/2)
	} else {
		c.DrawGlyph(l.glyph(4), vg.Point{X: w / 2, Y: h / 2})
	}
	p := finish(&Frame{Width: w}, canvas, h)
	names := []string{l.role().hex(), "var(--" + l.role().name() + ")"}
	return fmt.Sprintf(`<svg aria-hidden="true" width="%d" height="%d" viewBox="0 0 %d %d">%s</svg>`,
		w, h, w, h, strings.NewReplacer(names...).Replace(p.body))
}

package chart

import (
	"encoding/xml"
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"gonum.org/v1/plot/vg"
)

// luminance is the relative one of WCAG 2.
func luminance(t *testing.T, hex string) float64 {
	t.Helper()
	v, err := strconv.ParseUint(strings.TrimPrefix(hex, "#"), 16, 32)
	if err != nil || len(hex) != 7 {
		t.Fatalf("%q is no colour", hex)
	}
	linear := func(shift int) float64 {
		c := float64(v>>shift&0xff) / 255
		if c <= 0.04045 {
			return c / 12.92
		}
		return math.Pow((c+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(16) + 0.7152*linear(8) + 0.0722*linear(0)
}

func contrast(t *testing.T, a, b string) float64 {
	x, y := luminance(t, a), luminance(t, b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// Text has the contrast that WCAG asks of text, series that of graphics.
func TestContrast(t *testing.T) {
	for name, theme := range map[string]*Theme{"light": &Light, "dark": &Dark} {
		for _, r := range []role{ink, muted, good, bad, link} {
			for _, on := range []role{paper, panel} {
				if c := contrast(t, theme[r], theme[on]); c < 4.5 {
					t.Errorf("%s: %s on %s has %.2f", name, r.name(), on.name(), c)
				}
			}
		}
		for r := series0; r < numRoles; r++ {
			if c := contrast(t, theme[r], theme[paper]); c < 3 {
				t.Errorf("%s: %s has %.2f", name, r.name(), c)
			}
		}
	}
}

// texts returns the texts of a picture with where they begin and end along the line,
// as gonum measures them.
func texts(t *testing.T, p *Picture) []string {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(string(p.File(&Light))))
	var list []string
	inside := false
	for {
		token, err := d.Token()
		if err != nil {
			return list
		}
		switch e := token.(type) {
		case xml.StartElement:
			inside = e.Name.Local == "text"
		case xml.CharData:
			if inside {
				list = append(list, string(e))
			}
		case xml.EndElement:
			inside = false
		}
	}
}

func frame() Frame { return Frame{Title: "a <title>", Desc: "what & where"} }

// Labels on an axis never touch, whatever it spans.
func TestTicksDoNotTouch(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for n := range 3000 {
		a := Axis{Log: n%2 == 0, Zero: n%3 == 0, Format: []func(float64) string{nil, Time, Bytes, Percent,
			Times}[n%5]}
		lo := math.Pow(10, r.Float64()*12-4)
		values := []float64{lo, lo * (1 + math.Pow(10, r.Float64()*8-4))}
		p := blank()
		const room = 300
		a.set(&p.X, values, room)
		end := math.Inf(-1)
		ticks := p.X.Tick.Marker.Ticks(p.X.Min, p.X.Max)
		for _, k := range ticks {
			at := (k.Value - p.X.Min) / (p.X.Max - p.X.Min) * room
			half := float64(p.X.Tick.Label.Width(k.Label)) / 2
			if at-half < end {
				t.Fatalf("%+v of %v: %q touches the one before", a, values, k.Label)
			}
			end = at + half
		}
		if len(ticks) < 2 && values[1] > values[0]*1.01 {
			t.Errorf("log %v, zero %v of %v: %d ticks", a.Log, a.Zero, values, len(ticks))
		}
	}
}

func TestFormats(t *testing.T) {
	for _, c := range []struct {
		format func(float64) string
		v      float64
		want   string
	}{
		{Time, 0, "0"}, {Time, 6.084, "6.08 ns"}, {Time, 999.4, "999 ns"}, {Time, 999.6, "1 µs"},
		{Time, 12_345, "12.3 µs"}, {Time, 28.66e6, "28.7 ms"}, {Time, 1e9, "1 s"},
		{Plain, 9999, "9999"}, {Plain, 12_345, "12.3k"}, {Plain, 5e7, "50M"}, {Plain, -0.05, "-0.05"},
		{Bytes, 1280, "1280 B"}, {Bytes, 64 << 10, "64 KiB"}, {Bytes, 3 << 30, "3 GiB"},
		{Percent, 0.885, "88.5 %"}, {Times, 0.0799, "0.08×"}, {Times, 1.15, "1.15×"},
	} {
		if got := c.format(c.v); got != c.want {
			t.Errorf("%g: %q, want %q", c.v, got, c.want)
		}
	}
}

// A picture tells what it is, in text, and escapes what it is given.
func TestPictureIsText(t *testing.T) {
	r := Rows{Frame: frame(), Axis: Axis{Log: true, Format: Time}, Rows: []Row{
		{Label: "a <b> row", Value: "6 ns", Dots: []float64{5, 6, 7, -1, math.NaN()}, HasInterval: true,
			Lo: 5, Center: 6, Hi: 7},
		{Label: strings.Repeat("long ", 40), Value: "9 ns", Marks: []Mark{{1, 9}}},
	}}
	p := r.Draw()
	all := strings.Join(texts(t, p), "|")
	if !strings.Contains(all, "a <b> row|6 ns") || !strings.Contains(all, "…|9 ns") {
		t.Error(all)
	}
	s := p.Inline("f1")
	for _, want := range []string{`aria-labelledby="f1-t f1-d"`, `<title id="f1-t">a &lt;title&gt;</title>`,
		`<desc id="f1-d">what &amp; where</desc>`, "stroke:var(--s1)", "fill:var(--muted)"} {
		if !strings.Contains(s, want) {
			t.Errorf("no %s in %s", want, s[:400])
		}
	}
	if strings.Contains(s, "#01FE") || strings.Contains(s, "#000000") || strings.Contains(s, "NaN") {
		t.Error("a colour or a place is none")
	}
	if s != r.Draw().Inline("f1") {
		t.Error("drawn again it differs")
	}
}

// Figures at one place, or none at all, still give a picture.
func TestPicturesOfLittle(t *testing.T) {
	for _, v := range [][]float64{{}, {0}, {5}, {5, 5}, {math.NaN()}, {math.Inf(1)}, {-3, -3}} {
		for _, log := range []bool{false, true} {
			r := Rows{Frame: frame(), Axis: Axis{Log: log}, Rows: []Row{{Label: "x", Dots: v}}}
			l := Lines{Frame: frame(), X: Axis{Log: log}, Y: Axis{Log: log}, Lines: []Line{{}}}
			for _, y := range v {
				l.Lines[0].Points = append(l.Lines[0].Points, Point{y, y})
			}
			for _, p := range []*Picture{r.Draw(), l.Draw()} {
				if s := p.Inline("x"); strings.Contains(s, "NaN") || strings.Contains(s, "Inf") {
					t.Errorf("%v, log %v: %s", v, log, s)
				}
			}
		}
	}
}

// A distribution of many jobs takes no more points than can be seen, and ends where
// the distribution does.
func TestStepsAreFew(t *testing.T) {
	l := Lines{Frame: frame(), Lines: []Line{{Step: true}}}
	const n = 100_000
	for i := range n {
		l.Lines[0].Points = append(l.Lines[0].Points, Point{float64(i), float64(i+1) / n})
	}
	if s := l.Draw().Inline("x"); len(s) > 40_000 {
		t.Errorf("%d bytes", len(s))
	}
	q := (&l.Lines[0]).extend(nil, point(0, 0))
	q = (&l.Lines[0]).extend(q, point(10, 1))
	q = (&l.Lines[0]).extend(q, point(10.1, 2))
	if fmt.Sprint(q) != "[{0 0} {10 0} {10 2}]" {
		t.Error(q)
	}
}

func TestRefuses(t *testing.T) {
	for name, draw := range map[string]func(){
		"no rows":       func() { (&Rows{Frame: frame()}).Draw() },
		"too many rows": func() { (&Rows{Frame: frame(), Rows: make([]Row, MaxRows+1)}).Draw() },
		"no lines":      func() { (&Lines{Frame: frame()}).Draw() },
		"no title":      func() { (&Rows{Rows: make([]Row, 1)}).Draw() },
		"series":        func() { Key(MaxSeries, false) },
	} {
		func() {
			defer func() {
				if s, ok := recover().(string); !ok || !strings.HasPrefix(s, "chart: ") {
					t.Errorf("%s: %q", name, s)
				}
			}()
			draw()
		}()
	}
}

func point(x, y vg.Length) vg.Point { return vg.Point{X: x, Y: y} }

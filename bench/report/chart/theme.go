package chart

import (
	"fmt"
	"image/color"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// role is what a colour is for. Pictures name roles, and a theme gives them
// colours.
type role uint8

const (
	ink   role = iota // text and what is meant
	muted             // text beside it
	grid              // lines behind it
	paper             // the page
	panel             // a surface on the page
	rule              // lines between parts
	good
	bad
	link
	series0
	numRoles = series0 + MaxSeries
)

// MaxSeries is how many series one picture can tell apart.
const MaxSeries = 7

// roleNames are those of the roles before the series in CSS.
var roleNames = [series0]string{"ink", "muted", "grid", "paper", "panel", "rule", "good", "bad", "link"}

func (r role) name() string {
	if r >= series0 {
		return fmt.Sprintf("s%d", r-series0+1)
	}
	return roleNames[r]
}

// color returns the colour that stands for the role until the picture is done. It
// is never black, which SVG leaves out.
func (r role) color() color.Color { return color.RGBA{R: 1, G: 0xfe, B: uint8(r), A: 0xff} }

// hex is how vgsvg writes color.
func (r role) hex() string { return fmt.Sprintf("#01FE%02X", uint8(r)) }

// Theme gives each role a colour, as #rrggbb.
type Theme [numRoles]string

// The themes. Series are near those of Okabe and Ito, which people with any colour
// vision tell apart; text has a contrast of 4.5 to the page, series of 3.
var (
	Light = Theme{
		ink: "#1b2026", muted: "#58626d", grid: "#e6e3dc", paper: "#fcfbf8", panel: "#f4f2ec",
		rule: "#cfcbc1", good: "#00694b", bad: "#b0380a", link: "#005a93",
		series0: "#0072b2", "#c8510b", "#00805d", "#a34c86", "#9a6b00", "#5d6874", "#2f8dbf",
	}
	Dark = Theme{
		ink: "#e5e7e9", muted: "#a0aab4", grid: "#2b3036", paper: "#14171a", panel: "#1c2024",
		rule: "#3b4148", good: "#4fd0a3", bad: "#ff9a66", link: "#7cc0f5",
		series0: "#58aeea", "#f58a4b", "#3fc79c", "#de97c6", "#e2b34d", "#a7b1bb", "#9ad6f7",
	}
)

// CSS declares the theme's colours as custom properties: --ink, --s1 and so on.
func (t *Theme) CSS() string {
	var b strings.Builder
	for r := range numRoles {
		fmt.Fprintf(&b, "--%s:%s;", r.name(), t[r])
	}
	return b.String()
}

// Look is how a series is drawn: colour, shape and dashes by its index.
type Look int

// dashes tell lines apart without colour.
var dashes = [MaxSeries][]vg.Length{nil, {6, 2.5}, {2, 2}, {8, 2, 2, 2}, {1, 2.5}, {4, 4}, {10, 3}}

func (l Look) role() role {
	if l < 0 || l >= MaxSeries {
		panic(fmt.Sprintf("chart: series %d of %d", int(l), MaxSeries))
	}
	return series0 + role(l)
}

func (l Look) glyph(radius vg.Length) draw.GlyphStyle {
	return draw.GlyphStyle{Color: l.role().color(), Radius: radius, Shape: outline(l)}
}

// dot is the sign of a sample: small, and open, so that many show.
func (l Look) dot() draw.GlyphStyle {
	return draw.GlyphStyle{Color: l.role().color(), Radius: 2.2, Shape: outline(0)}
}

func (l Look) line(width vg.Length) draw.LineStyle {
	return draw.LineStyle{Color: l.role().color(), Width: width, Dashes: dashes[l]}
}

package chart

import (
	"cmp"
	"math"
	"slices"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
)

// Axis is one of a picture's.
type Axis struct {
	// Log makes steps of the same size be of the same ratio. Figures that are not
	// positive are not drawn then.
	Log bool
	// Zero makes the axis begin at 0. It is of no meaning with Log.
	Zero bool
	// Min and Max widen the axis to hold them; not used if both are 0.
	Min, Max float64
	// Format writes a figure at the axis; nil means Plain.
	Format func(v float64) string
}

// Plain writes a figure with at most three digits, thousands as k and millions as M.
func Plain(v float64) string {
	switch a := math.Abs(v); {
	case a >= 1e9:
		return digits(v/1e9) + "G"
	case a >= 1e6:
		return digits(v/1e6) + "M"
	case a >= 1e4:
		return digits(v/1e3) + "k"
	}
	return digits(v)
}

// Time writes nanoseconds in the unit that suits.
func Time(ns float64) string {
	switch a := math.Abs(ns); {
	case a == 0:
		return "0"
	case a >= 999.5e6:
		return digits(ns/1e9) + " s"
	case a >= 999.5e3:
		return digits(ns/1e6) + " ms"
	case a >= 999.5:
		return digits(ns/1e3) + " µs"
	}
	return digits(ns) + " ns"
}

// Bytes writes bytes in the unit that suits.
func Bytes(n float64) string {
	switch a := math.Abs(n); {
	case a >= 1<<30:
		return digits(n/(1<<30)) + " GiB"
	case a >= 1<<20:
		return digits(n/(1<<20)) + " MiB"
	case a >= 10<<10:
		return digits(n/(1<<10)) + " KiB"
	}
	return digits(n) + " B"
}

// Percent writes a share of 1 in per cent.
func Percent(v float64) string { return digits(100*v) + " %" }

// Times writes a ratio.
func Times(v float64) string {
	if math.Abs(v) < 1 {
		return strconv.FormatFloat(math.Round(v*100)/100, 'f', -1, 64) + "×"
	}
	return digits(v) + "×"
}

// digits writes three significant digits, and all of those before the point.
func digits(v float64) string {
	if a := math.Abs(v); a >= 1000 {
		return strconv.FormatFloat(math.Round(v), 'f', -1, 64)
	} else if a < 1e-9 {
		return "0"
	}
	f, err := strconv.ParseFloat(strconv.FormatFloat(v, 'g', 3, 64), 64)
	if err != nil {
		panic("chart: " + err.Error()) // it was written as one
	}
	return strconv.FormatFloat(f, 'f', -1, 64)
}

func (a *Axis) format(v float64) string {
	if a.Format == nil {
		return Plain(v)
	}
	return a.Format(v)
}

// usable reports whether a figure can be drawn.
func (a *Axis) usable(v float64) bool {
	return !math.IsNaN(v) && !math.IsInf(v, 0) && (!a.Log || v > 0)
}

// at returns where a figure lies, in the unit of the plot, which is linear.
func (a *Axis) at(v float64) float64 {
	if a.Log {
		return math.Log10(v)
	}
	return v
}

// edge is the share of an axis that lies beyond its figures on each side.
const edge = 0.04

// set fits a plot's axis to figures, of which there is one at least that is
// usable, or the axis is that of 0 to 1. room is the length in points.
func (a *Axis) set(to *plot.Axis, values []float64, room float64) {
	values = slices.DeleteFunc(slices.Clone(values), func(v float64) bool { return !a.usable(v) })
	if a.Min != 0 || a.Max != 0 {
		values = append(values, a.Min, a.Max)
	}
	if len(values) == 0 {
		values = []float64{cmp.Or(a.Min, 1e-1), 1}
	}
	lo, hi := a.at(slices.Min(values)), a.at(slices.Max(values))
	if a.Zero && !a.Log {
		lo, hi = min(lo, 0), max(hi, 0)
		if lo == hi {
			hi = 1
		}
	}
	if lo == hi {
		wide := max(math.Abs(lo)*0.05, 1e-3)
		if a.Log {
			wide = 0.1
		}
		lo, hi = lo-wide, hi+wide
	}
	span := hi - lo
	if !a.Zero || a.Log || lo != 0 {
		lo -= span * edge
	}
	to.Min, to.Max = lo, hi+span*edge
	to.Tick.Marker = plot.TickerFunc(func(float64, float64) []plot.Tick {
		return a.ticks(to, room)
	})
}

// ticks returns the marks of an axis, none of whose labels touch.
func (a *Axis) ticks(to *plot.Axis, room float64) []plot.Tick {
	var out []plot.Tick
	end := math.Inf(-1)
	for _, v := range a.candidates(to) {
		x := a.at(v)
		if x < to.Min || x > to.Max {
			continue
		}
		t := plot.Tick{Value: x, Label: a.format(v)}
		pos := (x - to.Min) / (to.Max - to.Min) * room
		half := a.half(to, t.Label)
		if pos-half >= end+6 {
			out, end = append(out, t), pos+half
		}
	}
	return out
}

// candidates returns the figures that may be marked.
func (a *Axis) candidates(to *plot.Axis) []float64 {
	lo, hi := to.Min, to.Max
	if a.Log {
		inside := func(v float64) bool { return a.at(v) >= lo && a.at(v) <= hi }
		list := slices.DeleteFunc(logTicks(lo, hi), func(v float64) bool { return !inside(v) })
		if len(list) > 1 {
			return list
		}
		lo, hi = math.Pow(10, lo), math.Pow(10, hi) // within one step: almost linear
	}
	return linearTicks(lo, hi)
}

// linearTicks returns the multiples within bounds of the smallest round step that
// gives few of them.
func linearTicks(lo, hi float64) []float64 {
	const most = 5
	step := math.Pow10(int(math.Floor(math.Log10(hi-lo))) - 1)
	for _, k := range []float64{1, 2, 2.5, 5, 10, 20, 25, 50} {
		if (hi-lo)/(k*step) <= most {
			step *= k
			break
		}
	}
	var out []float64
	for i := math.Ceil(lo / step); i <= math.Floor(hi/step); i++ {
		out = append(out, i*step)
	}
	return out
}

// half returns half of what a label takes along its axis.
func (a *Axis) half(to *plot.Axis, label string) float64 {
	st := to.Tick.Label
	if st.XAlign == text.XCenter {
		return float64(st.Width(label)) / 2
	}
	return float64(font.Length(tickSize)/vg.Points(1)) / 2
}

// logTicks returns powers of 10 between two logarithms, with 2 and 5 of them if
// there are few.
func logTicks(lo, hi float64) []float64 {
	steps := []float64{1}
	switch {
	case hi-lo < 1:
		steps = []float64{1, 1.5, 2, 3, 4, 5, 7}
	case hi-lo < 2.5:
		steps = []float64{1, 2, 5}
	}
	var out []float64
	for e := int(math.Floor(lo)); e <= int(math.Ceil(hi)); e++ {
		for _, s := range steps {
			out = append(out, s*math.Pow10(e))
		}
	}
	return out
}

package gate

import (
	"errors"
	"strings"
	"testing"
)

// Whatever a file holds: it is refused with the place and a remedy, or it does
// not regress against itself.
func FuzzParse(f *testing.F) {
	f.Add(plain(1).text())
	f.Add("BenchmarkA 1 2 ns/op\nPASS\n")
	f.Add("Unit x assume=exact\nBenchmarkA 1 0 x 1 y/s -3 z\nBenchmarkA 1 -0 x\nok  \tp\n")
	f.Fuzz(func(t *testing.T, text string) {
		s, err := Parse("file", []byte(text))
		if err != nil {
			var p *Problem
			if !errors.As(err, &p) || p.File != "file" || p.What == "" || p.Remedy == "" {
				t.Fatalf("%#v", err)
			}
			return
		}
		v, err := Judge(s, s, Options{})
		if err != nil {
			return
		}
		for _, j := range v.Rows {
			_, _, varies := variation(s.Find(j.Row))
			if j.Outcome == Regressed || j.Outcome == Improved || v.Exit() == ExitPass && j.Gated && varies &&
				j.Kind == Exact {
				t.Fatalf("against itself: %+v", j)
			}
		}
		for _, format := range Formats {
			var b strings.Builder
			if err := format.Write(v, &b, 3); err != nil || b.Len() == 0 {
				t.Fatalf("%s: %v", format.Name, err)
			}
		}
	})
}

func FuzzLimits(f *testing.F) {
	f.Add(defaultLimits)
	f.Add("* * 1e1%\n")
	f.Fuzz(func(t *testing.T, text string) {
		l, err := ParseLimits("file", text)
		if err != nil {
			var p *Problem
			if !errors.As(err, &p) || p.Line < 1 || p.Remedy == "" {
				t.Fatalf("%#v", err)
			}
			return
		}
		for _, lim := range l.List {
			if !lim.Off && !(lim.Ratio >= 0 && lim.Ratio <= maxPercent/100) {
				t.Fatalf("%+v", lim)
			}
		}
	})
}

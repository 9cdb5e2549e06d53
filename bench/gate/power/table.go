package power

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/aclements/go-moremath/mathx"
)

// ClopperPearson returns the interval of a share of which k of n were seen, at a
// confidence: the exact one, from the binomial distribution (Clopper and Pearson
// 1934). Requires: 0 <= k <= n, n > 0.
func ClopperPearson(k, n int, confidence float64) (lo, hi float64) {
	tail := (1 - confidence) / 2
	lo, hi = 0, 1
	if k > 0 {
		// The share at which k or more of n has the probability tail.
		lo = solve(func(p float64) float64 { return mathx.BetaInc(p, float64(k), float64(n-k+1)) }, tail)
	}
	if k < n {
		hi = solve(func(p float64) float64 { return mathx.BetaInc(p, float64(k+1), float64(n-k)) }, 1-tail)
	}
	return lo, hi
}

// solve returns where an increasing function of 0 to 1 has a value.
func solve(f func(float64) float64, value float64) float64 {
	lo, hi := 0.0, 1.0
	for range 60 { // to 1e-18
		if mid := (lo + hi) / 2; f(mid) < value {
			lo = mid
		} else {
			hi = mid
		}
	}
	return (lo + hi) / 2
}

// confidence is that of the intervals of the table.
const confidence = 0.95

// WriteTable writes the table of what was recorded in a folder.
func WriteTable(dir string) error {
	trials, err := Trials(dir)
	if err != nil {
		return err
	}
	text, err := Table(dir, trials)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, tableFile), []byte(text), 0o666)
}

// Table returns the table of trials as Markdown: of a change how many were found,
// of none how many alarms there were.
func Table(dir string, trials []Trial) (string, error) {
	var b strings.Builder
	b.WriteString("# How good the gate is\n\n")
	if len(trials) > 0 {
		fmt.Fprintf(&b, "Commit %s. ", trials[0].Commit)
	}
	b.WriteString("Intervals are Clopper and Pearson's, at 95 %. Inconclusive trials are neither alarms " +
		"nor found.\n\n" +
		"| trials | what | asked | of | share | interval | inconclusive | median change | median time |\n" +
		"| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n")
	for _, k := range Kinds {
		var of []Trial
		for _, t := range trials {
			if t.Kind == k.Name {
				of = append(of, t)
			}
		}
		if len(of) > 0 && k.Name != recordOne && k.Name != recordSet {
			k.line(&b, of)
		}
	}
	rows, err := resample(dir, trials)
	if err != nil {
		return "", err
	}
	if len(rows) > 0 {
		fmt.Fprintf(&b, "\nRows below are not of trials but of comparisons that were drawn from a "+
			"recording of their own,\nin which the binaries of all of them ran interleaved: contiguous "+
			"stretches of rounds, of at least\n%.0f s, with replacement, where nothing was changed with "+
			"the layouts dealt anew to the two\nsides. They are not independent, and an interval would "+
			"promise too much.\n\n| drawn from | comparison | asked | of | share | inconclusive |\n"+
			"| --- | --- | ---: | ---: | ---: | ---: |\n", stretch)
		for _, r := range rows {
			what := "found"
			if r.head == "base" {
				what = "alarms"
			}
			fmt.Fprintf(&b, "| %s | %s | %s %d | %d | %.2f %% | %d |\n", r.from, r.about, what, r.hits,
				r.n, 100*float64(r.hits)/float64(r.n), r.open)
		}
	}
	return b.String(), nil
}

func asked(k *Kind) string {
	if k.Change {
		return "found"
	}
	return "alarms"
}

// hit reports whether a trial counts: a change that was found, or an alarm.
func (k *Kind) hit(t *Trial) bool {
	if k.Change {
		return t.Hit
	}
	return t.Exit == 1
}

func (k *Kind) line(b *strings.Builder, of []Trial) {
	hits, open := 0, 0
	var change, seconds []float64
	for i := range of {
		t := &of[i]
		if k.hit(t) {
			hits++
		} else if t.Exit == 3 {
			open++
		}
		change, seconds = append(change, t.Change), append(seconds, t.Seconds)
	}
	lo, hi := ClopperPearson(hits, len(of), confidence)
	fmt.Fprintf(b, "| %s | %s | %s %d | %d | %.1f %% | %.1f-%.1f %% | %d | %s | %.0f s |\n", k.Name,
		k.About, asked(k), hits, len(of), 100*float64(hits)/float64(len(of)), 100*lo, 100*hi, open,
		percent(middle(change)), middle(seconds))
}

func percent(x float64) string {
	if math.Abs(x) > 1e3 {
		return "-" // a hash has no size
	}
	return fmt.Sprintf("%+.2f %%", 100*x)
}

func middle(v []float64) float64 {
	v = slices.Sorted(slices.Values(v))
	return (v[(len(v)-1)/2] + v[len(v)/2]) / 2
}

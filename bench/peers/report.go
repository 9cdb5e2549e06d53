package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// An outcome is what a run measured, for the head of its report.
type outcome struct {
	seed   uint64
	took   time.Duration
	span   time.Duration // aim for one sample
	cpus   [2]int
	pinned bool
	rows   []*row
	taken  []sample
}

// cells are the samples of one row in one regime.
type cells struct {
	ns     []float64 // nanoseconds per operation
	perRaw []float64 // the same over the raw round trip of its own brackets
	wakes  []float64 // of a worker that sleeps, per operation
}

// gather sorts samples by row, and by regime within it.
func gather(taken []sample) map[*row]*[numRegimes]cells {
	all := make(map[*row]*[numRegimes]cells)
	for _, s := range taken {
		c := all[s.row]
		if c == nil {
			c = new([numRegimes]cells)
			all[s.row] = c
		}
		at := &c[s.regime]
		at.ns = append(at.ns, s.ns)
		at.perRaw = append(at.perRaw, s.ns/s.raw)
		at.wakes = append(at.wakes, s.wakes)
	}
	return all
}

// of returns the summary of ns for the row of table and impl in regime r; empty
// if there is none or if it was not seen often enough.
func of(all map[*row]*[numRegimes]cells, rows []*row, table, impl string, r regime) summary {
	for _, x := range rows {
		if c := all[x]; c != nil && x.table() == table && x.impl == impl {
			if s := summarise(c[r].ns); s.seen() {
				return s
			}
		}
	}
	return summary{}
}

// writeText writes the outcome as tables, one per regime and family.
func writeText(w io.Writer, s outcome) error {
	out := new(strings.Builder)
	writeHead(out, s)
	all := gather(s.taken)
	for _, r := range []regime{smt, near, far} {
		if most := mostSeen(s.rows, all, r); most < minimumOK {
			fmt.Fprintf(out, "\n%s: regime not seen (%d samples of a row at most, %d needed)\n",
				r, most, minimumOK)
			continue
		}
		for _, f := range families {
			writeTable(out, s.rows, all, f, r)
		}
	}
	writeNotes(out, s)
	_, err := io.WriteString(w, out.String())
	return err
}

// writeHead writes what was done and which regimes were seen.
func writeHead(out io.Writer, s outcome) {
	where := fmt.Sprintf("pinned to processors %d and %d", s.cpus[0], s.cpus[1])
	if !s.pinned {
		where = "threads NOT pinned: this system offers no way"
	}
	fmt.Fprintf(out, "%d samples of about %v in %v, seed %d, %s\n",
		len(s.taken), s.span, s.took.Round(time.Second), s.seed, where)
	var raw [numRegimes][]float64
	for _, x := range s.taken {
		raw[x.regime] = append(raw[x.regime], x.raw)
	}
	for _, r := range []regime{smt, near, far, dropped} {
		share := 100 * float64(len(raw[r])) / float64(max(1, len(s.taken)))
		fmt.Fprintf(out, "  %-8s %5.1f %% of the samples", r, share)
		if m := summarise(raw[r]); r != dropped && m.n > 0 {
			fmt.Fprintf(out, ", raw round trip %s ns", quartiles(m))
		}
		fmt.Fprintln(out)
	}
}

// mostSeen returns how often the row that was seen most often in regime r was.
func mostSeen(rows []*row, all map[*row]*[numRegimes]cells, r regime) int {
	most := 0
	for _, x := range rows {
		if c := all[x]; c != nil {
			most = max(most, len(c[r].ns))
		}
	}
	return most
}

// writeTable writes the rows of one family in one regime, if any were chosen.
func writeTable(
	out io.Writer, rows []*row, all map[*row]*[numRegimes]cells, f family, r regime,
) {
	if !slices.ContainsFunc(rows, func(x *row) bool { return x.family == f.name }) {
		return
	}
	fmt.Fprintf(out, "\n%s, %s (raw round trip %s): %s; median [quartiles]\n",
		f.name, r, r.bounds(), f.asks)
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "  row\timpl\tns\tn\tx raw")
	for _, a := range f.anchors {
		fmt.Fprintf(t, "\tx %s", a)
	}
	if f.wakes {
		fmt.Fprint(t, "\twake-ups")
	}
	fmt.Fprintln(t)
	for i, x := range rows {
		if x.family == f.name && firstOfTable(rows, i) {
			writeRows(t, rows, all, f, x.table(), r)
		}
	}
	t.Flush()
}

// firstOfTable reports whether no row before i belongs to the table of row i.
func firstOfTable(rows []*row, i int) bool {
	for _, x := range rows[:i] {
		if x.table() == rows[i].table() {
			return false
		}
	}
	return true
}

// writeRows writes the rows of one table in one regime.
func writeRows(
	t io.Writer, rows []*row, all map[*row]*[numRegimes]cells, f family, table string, r regime,
) {
	for _, x := range rows {
		if x.table() != table {
			continue
		}
		fmt.Fprintf(t, "  %s\t%s", x.params, x.impl)
		var c cells
		if a := all[x]; a != nil {
			c = a[r]
		}
		ns := summarise(c.ns)
		if !ns.seen() {
			fmt.Fprintf(t, "\tregime not seen\t%d\n", ns.n)
			continue
		}
		fmt.Fprintf(t, "\t%s\t%d\t%s", quartiles(ns), ns.n, quartiles(summarise(c.perRaw)))
		for _, a := range f.anchors {
			fmt.Fprintf(t, "\t%s", quartiles(ns.over(of(all, rows, table, a, r).med)))
		}
		if f.wakes {
			fmt.Fprintf(t, "\t%s", quartiles(summarise(c.wakes)))
		}
		fmt.Fprintln(t)
	}
}

// quartiles writes s as median and quartiles, or a dash if there is no data.
func quartiles(s summary) string {
	if s.n == 0 {
		return "-"
	}
	return fmt.Sprintf("%s [%s %s]", digits(s.med), digits(s.q1), digits(s.q3))
}

// digits writes x, which is not negative, with about three significant digits.
func digits(x float64) string {
	switch {
	case x >= 100:
		return fmt.Sprintf("%.0f", x)
	case x >= 10:
		return fmt.Sprintf("%.1f", x)
	case x >= 0.1:
		return fmt.Sprintf("%.2f", x)
	default:
		return fmt.Sprintf("%.4f", x)
	}
}

// writeNotes lists the rows in which an end gave up its processor.
func writeNotes(out io.Writer, s outcome) {
	taken, gaveUp := make(map[*row]int), make(map[*row]int)
	for _, x := range s.taken {
		taken[x.row]++
		if x.yields > 0 {
			gaveUp[x.row]++
		}
	}
	if len(gaveUp) > 0 {
		fmt.Fprintln(out, "\nSamples in which an end waited so long that it gave up its processor "+
			"(they contain the scheduler):")
	}
	for _, x := range s.rows {
		if gaveUp[x] > 0 {
			fmt.Fprintf(out, "  %s: %d of %d\n", x.name(), gaveUp[x], taken[x])
		}
	}
}

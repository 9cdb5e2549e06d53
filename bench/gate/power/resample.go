package power

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"credence/bench/gate"
)

// Drawing is a row of comparisons that are drawn from a recording.
type drawing struct {
	from   string // the kind of the recording
	head   string // the variant of the head, or "base"
	about  string
	length float64 // seconds of measuring of a comparison
}

// drawings are all rows.
var drawings = []drawing{
	{recordOne, "base", "nothing changed, 15 s", 15},
	{recordOne, recorded[1], "2.5 % slower, 15 s", 15},
	{recordOne, "base", "nothing changed, 60 s", 60},
	{recordOne, recorded[1], "2.5 % slower, 60 s", 60},
	{recordOne, recorded[0], "5 % slower, 60 s", 60},
	{recordSet, "base", "the whole set, nothing changed, 9 min", 540},
	{recordSet, recorded[0], "the whole set, one queue 5 % slower, 9 min", 540},
}

// resampled is what came of a drawing.
type resampled struct {
	drawing
	hits, open, n int
}

// draws is how often each comparison is drawn, stretch the least length of what is
// drawn in one piece, in seconds: the machine's regimes last for seconds.
const (
	draws   = 400
	stretch = 10.0
)

// resample judges comparisons that are drawn from the recordings there are.
func resample(dir string, trials []Trial) ([]resampled, error) {
	var rows []resampled
	sets := map[string][2]*gate.Set{}
	for i := range trials {
		t := &trials[i]
		for n, d := range drawings {
			if t.Kind != d.from {
				continue
			}
			if sets[t.Kind][0] == nil {
				base, head, err := t.sets(dir)
				if err != nil {
					return nil, err
				}
				sets[t.Kind] = [2]*gate.Set{base, head}
			}
			p := newPieces(t, sets[t.Kind])
			row := resampled{drawing: d, n: draws}
			for k := range draws {
				r := rand.New(rand.NewPCG(t.Seed+uint64(n), uint64(k)))
				exit, hit, err := p.again(r, &d)
				if err != nil {
					return nil, err
				}
				switch {
				case hit:
					row.hits++
				case exit == gate.ExitInconclusive:
					row.open++
				}
			}
			rows = append(rows, row)
		}
	}
	return rows, nil
}

// pieces are a recording, by round.
type pieces struct {
	rounds  []map[string][]line // by layout
	seconds float64             // of a round
	layouts map[string][]string // by variant
	all     int                 // layouts
}

// line is a sample of a benchmark.
type line struct {
	row   gate.Row
	value float64
}

func newPieces(t *Trial, sets [2]*gate.Set) *pieces {
	p := &pieces{layouts: map[string][]string{}, seconds: t.Measured / float64(max(1, t.Rounds)),
		rounds: make([]map[string][]line, t.Rounds)}
	for i := range p.rounds {
		p.rounds[i] = map[string][]line{}
	}
	seen, names := map[string]bool{}, variants()
	for _, set := range sets {
		for _, s := range set.Series {
			for _, x := range s.Samples {
				at, layout := 0, 0
				fmt.Sscan(x.Round, &at)
				fmt.Sscan(x.Layout, &layout)
				if at < 1 || at > t.Rounds || layout < seedSpace {
					continue // measured before the rounds, or in one that was cut short
				}
				p.rounds[at-1][x.Layout] = append(p.rounds[at-1][x.Layout], line{s.Row, x.Value})
				if !seen[x.Layout] {
					seen[x.Layout] = true
					name := names[layout/seedSpace-1].name
					p.layouts[name] = append(p.layouts[name], x.Layout)
				}
			}
		}
	}
	p.all = len(seen)
	return p
}

// again draws a comparison and judges it.
func (p *pieces) again(r *rand.Rand, d *drawing) (exit int, hit bool, err error) {
	base := slices.Sorted(slices.Values(p.layouts["base"]))
	r.Shuffle(len(base), func(i, j int) { base[i], base[j] = base[j], base[i] })
	n := len(base) / 2
	sides := [2][]string{base[:n], base[n:]}
	if d.head != "base" {
		sides[1] = slices.Sorted(slices.Values(p.layouts[d.head]))
	}
	// A round of the comparison has fewer binaries than one of the recording.
	share := float64(len(sides[0])+len(sides[1])) / float64(p.all)
	rounds := drawRounds(r, len(p.rounds), int(math.Round(d.length/(p.seconds*share))),
		int(math.Ceil(stretch/p.seconds)))
	var sets [2]*gate.Set
	for s := range sets {
		var b strings.Builder
		count, pkg := 0, ""
		for i, from := range rounds {
			for _, layout := range sides[s] {
				fmt.Fprintf(&b, "layout: %s\nround: %d\n", layout, i)
				for _, x := range p.rounds[from][layout] {
					if x.row.Pkg != pkg {
						pkg = x.row.Pkg
						fmt.Fprintf(&b, "pkg: %s\n", pkg)
					}
					fmt.Fprintf(&b, "Benchmark%s 1 %.6g %s\n", x.row.Name, x.value, x.row.Unit)
					count++
				}
			}
		}
		fmt.Fprintf(&b, "# status: complete, %d rounds, %d samples\n", len(rounds), count)
		if sets[s], err = gate.Parse("resampled", []byte(b.String())); err != nil {
			return 0, false, err
		}
	}
	v, err := gate.Judge(sets[0], sets[1], gate.Options{Seed: r.Uint64()})
	if err != nil {
		return 0, false, err
	}
	if d.head == "base" {
		return v.Exit(), v.Exit() == gate.ExitRegressed, nil
	}
	var t Trial
	err = t.take(v, gate.Host, hostBench)
	return v.Exit(), t.Hit, err
}

// drawRounds returns n numbers of rounds, of so many there are, in stretches of a
// length at least.
func drawRounds(r *rand.Rand, of, n, length int) []int {
	length = max(1, min(length, of))
	var out []int
	for len(out) < n {
		from := r.IntN(of - length + 1)
		for i := range length {
			out = append(out, from+i)
		}
	}
	return out[:n]
}

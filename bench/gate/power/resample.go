package power

import (
	"compress/gzip"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"credence/bench/gate"
)

// resampled is a row of what was judged again.
type resampled struct {
	kind    string
	hits, n int
}

// draws is how often each trial is judged again, stretch the least length of what is
// drawn, in seconds: the machine's regimes last for seconds.
const (
	draws   = 25
	stretch = 10.0
)

// resample judges stretches of the trials of one benchmark again.
func resample(dir string, trials []Trial) ([]resampled, error) {
	var rows []resampled
	for _, k := range Kinds {
		if !strings.HasPrefix(k.Name, "host/") {
			continue
		}
		row := resampled{kind: k.Name}
		for i := range trials {
			t := &trials[i]
			if t.Kind != k.Name || t.Rounds == 0 {
				continue
			}
			base, errA := samples(dir, t, "base.txt")
			head, errB := samples(dir, t, "head.txt")
			if errA != nil || errB != nil {
				return nil, fmt.Errorf("raw samples of %s: %v %v", t.id(), errA, errB)
			}
			r := rand.New(rand.NewPCG(t.Seed, 2))
			for range draws {
				hit, err := again(r, t, base, head, k.Change)
				if err != nil {
					return nil, err
				}
				row.n++
				if hit {
					row.hits++
				}
			}
		}
		if row.n > 0 {
			rows = append(rows, row)
		}
	}
	return rows, nil
}

// samples reads the samples of the benchmark from a trial's raw file.
func samples(dir string, t *Trial, name string) ([]gate.Sample, error) {
	path := filepath.Join(dir, rawDir, t.id()+"."+name+".gz")
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(z)
	if err != nil {
		return nil, err
	}
	set, err := gate.Parse(path, text)
	if err != nil {
		return nil, err
	}
	s := set.Find(gate.Row{Pkg: "credence/bench/micro", Name: hostBench, Unit: "sec/op"})
	if s == nil {
		return nil, fmt.Errorf("%s has no samples of %s", path, hostBench)
	}
	return s.Samples, nil
}

// again judges stretches of rounds, drawn with replacement until there are as many
// as there were. Where nothing was changed the binaries are dealt anew.
func again(r *rand.Rand, t *Trial, base, head []gate.Sample, change bool) (bool, error) {
	rounds := drawRounds(r, t)
	all := append(slices.Clone(base), head...)
	side := map[string]int{} // of a layout
	for _, x := range base {
		side[x.Layout] = 0
	}
	for _, x := range head {
		side[x.Layout] = 1
	}
	if !change {
		deal(r, side)
	}
	byRound := map[string][]gate.Sample{}
	for _, x := range all {
		byRound[x.Round] = append(byRound[x.Round], x)
	}
	var text [2]strings.Builder
	var count [2]int
	for i, from := range rounds {
		for _, x := range byRound[strconv.Itoa(from+1)] {
			s := side[x.Layout]
			fmt.Fprintf(&text[s], "layout: %s\nround: %d\nBenchmark%s 1 %.6g sec/op\n", x.Layout, i,
				hostBench, x.Value)
			count[s]++
		}
	}
	var sets [2]*gate.Set
	for s := range sets {
		fmt.Fprintf(&text[s], "# status: complete, %d rounds, %d samples\n", len(rounds), count[s])
		var err error
		if sets[s], err = gate.Parse("resampled", []byte(text[s].String())); err != nil {
			return false, err
		}
	}
	v, err := gate.Judge(sets[0], sets[1], gate.Options{Seed: r.Uint64()})
	if err != nil {
		return false, err
	}
	return v.Exit() == gate.ExitRegressed, nil
}

// drawRounds returns the numbers of rounds in stretches of at least stretch seconds.
func drawRounds(r *rand.Rand, t *Trial) []int {
	length := t.Rounds
	if t.Measured > 0 {
		length = min(t.Rounds, int(math.Ceil(stretch*float64(t.Rounds)/t.Measured)))
	}
	length = max(1, length)
	var out []int
	for len(out) < t.Rounds {
		from := r.IntN(t.Rounds - length + 1)
		for i := range length {
			out = append(out, from+i)
		}
	}
	return out[:t.Rounds]
}

// deal gives the layouts to the sides at random, as many to each as before.
func deal(r *rand.Rand, side map[string]int) {
	layouts := make([]string, 0, len(side))
	for l := range side {
		layouts = append(layouts, l)
	}
	slices.Sort(layouts)
	r.Shuffle(len(layouts), func(i, j int) { layouts[i], layouts[j] = layouts[j], layouts[i] })
	for i, l := range layouts {
		side[l] = i % 2
	}
}

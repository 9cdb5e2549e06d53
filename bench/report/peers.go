package report

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"credence/bench/report/chart"
)

const peersCommand = "go run ./bench/cmd/schedbench peers"

// peerTable is one of the peers' tables: a benchmark in one regime.
type peerTable struct {
	name, about string
	rows        []peerRow
}

// peerRow is an implementation under one configuration.
type peerRow struct {
	row, impl   string
	mid, lo, hi float64 // ns: the median and the quartiles
	peer        string  // what the ratios below are to
	ratio       float64
	rLow, rHigh float64
	hasRatio    bool
}

var (
	peerTitle = regexp.MustCompile(`^([A-Z][A-Za-z]*), ([a-z]+) \(.*\): (.*)$`)
	figureRE  = regexp.MustCompile(`^([0-9.e+]+) \[([0-9.e+]+) ([0-9.e+]+)\]$`)
	columnGap = regexp.MustCompile(`  +`)
)

// readPeers parses what schedbench peers prints: a title a table, a head, rows
// whose columns lie two blanks apart.
func readPeers(name string, data []byte) ([]peerTable, error) {
	var list []peerTable
	var head []string
	for i, line := range strings.Split(string(data), "\n") {
		if m := peerTitle.FindStringSubmatch(line); m != nil {
			list, head = append(list, peerTable{name: m[1] + ", " + m[2], about: m[3]}), nil
			continue
		}
		if len(list) == 0 || !strings.HasPrefix(line, "  ") {
			if line != "" {
				continue
			}
			head = nil
			continue
		}
		f := columnGap.Split(strings.TrimSpace(line), -1)
		if f[0] == "row" {
			head = f
			continue
		}
		if head == nil {
			continue
		}
		r, ok := peerLine(head, f)
		if !ok {
			return nil, damaged(name, i+1, "it is no row of its table", peersCommand)
		}
		t := &list[len(list)-1]
		t.rows = append(t.rows, r)
	}
	if len(list) == 0 {
		return nil, damaged(name, 1, "it has no table", peersCommand)
	}
	return list, nil
}

func peerLine(head, f []string) (peerRow, bool) {
	if len(f) != len(head) || len(f) < 4 {
		return peerRow{}, false
	}
	r := peerRow{row: f[0], impl: f[1]}
	var ok bool
	if r.mid, r.lo, r.hi, ok = quartiles(f[2]); !ok {
		return r, false
	}
	if len(f) > 5 {
		r.peer = strings.TrimPrefix(head[5], "x ")
		r.ratio, r.rLow, r.rHigh, r.hasRatio = quartiles(f[5])
		return r, r.hasRatio
	}
	return r, true
}

func quartiles(s string) (mid, lo, hi float64, ok bool) {
	m := figureRE.FindStringSubmatch(s)
	if m == nil {
		return 0, 0, 0, false
	}
	var v [3]float64
	for i := range v {
		var err error
		if v[i], err = strconv.ParseFloat(m[i+1], 64); err != nil {
			return 0, 0, 0, false
		}
	}
	return v[0], v[1], v[2], true
}

// peers sets the core beside what a Go program would use in its place.
func peers(b *builder, s *section) error {
	name, data, err := b.newestText("peers-[0-9]*.txt", "The peers were not measured", peersCommand)
	if err != nil {
		return err
	}
	tables, err := readPeers(name, data)
	if err != nil {
		return err
	}
	by := b.command(peersCommand)
	s.Lead = "Measured in the same run, interleaved, by how far apart the processors were: median and " +
		"quartiles, the core's own rows in colour."
	var figures []figure
	for _, t := range tables {
		if len(t.rows) == 0 {
			continue
		}
		figures = append(figures, t.draw(b))
		t.judge(b, s, by)
	}
	s.add(block{Figures: figures, Command: by})
	return nil
}

// draw draws the times of all implementations.
func (t *peerTable) draw(b *builder) figure {
	r := t.picture()
	if t.name == readmePeers {
		alone := *r
		alone.Width, alone.Axis = readmeWidth, chart.Axis{Zero: true, Format: chart.Time}
		alone.Heading = "A job through the scheduler, beside a plain Go scheduler that does the same"
		alone.Sub = t.about + "; interleaved in one run, one goroutine"
		b.readme("job", alone.Draw())
	}
	return b.figure(t.name, t.about, r.Draw())
}

// readmePeers is the table of the README's picture.
const readmePeers = "Job, near"

// picture returns the table as rows.
func (t *peerTable) picture() *chart.Rows {
	r := &chart.Rows{Axis: chart.Axis{Log: true, Format: chart.Time}}
	for _, x := range t.rows[:min(len(t.rows), chart.MaxRows)] {
		w := chart.Row{Label: x.impl + " · " + words(x.row), Value: chart.Time(x.mid),
			Lo: x.lo, Center: x.mid, Hi: x.hi, HasInterval: true, Look: peerLook, Accent: true}
		if ours(x.impl) {
			w.Look = ourLook
		}
		r.Rows = append(r.Rows, w)
	}
	r.Title = t.name
	r.Desc = fmt.Sprintf("Medians with quartiles of %d rows; the first: %s, %s.", len(r.Rows),
		r.Rows[0].Label, r.Rows[0].Value)
	return r
}

// The colours of the core and of what stands beside it.
const (
	ourLook  chart.Look = 0
	peerLook chart.Look = 5
)

func ours(impl string) bool { return strings.HasPrefix(impl, "credence") }

// peerClaims are what is claimed of a table, as ours against a peer.
var peerClaims = map[string]string{
	"Throughput": "Between two goroutines, the queue moves more words than xsync's",
	"RoundTrip":  "A round trip over two queues takes less time than over xsync's",
	"Event":      "The event engine takes less time an event than container/heap",
	"Job":        "A job through the scheduler takes less time than through a plain Go scheduler",
}

// judge says what the table bears out: ours is better in a row if its upper
// quartile is.
func (t *peerTable) judge(b *builder, s *section, by *command) {
	name, regime, _ := strings.Cut(t.name, ", ")
	claim, ok := peerClaims[name]
	if !ok {
		return
	}
	n, better := 0, 0
	least, most := 0.0, 0.0
	for _, x := range t.rows {
		if !ours(x.impl) || !x.hasRatio {
			continue
		}
		if n == 0 {
			least, most = x.ratio, x.ratio
		}
		n++
		least, most = min(least, x.ratio), max(most, x.ratio)
		if x.rHigh < 1 {
			better++
		}
	}
	if n == 0 {
		return
	}
	v := verdict{State: share(better, n), Claim: claim, Command: by}
	v.Figure = fmt.Sprintf("%s to %s of its time, processors %s; %d of %d rows with the upper quartile "+
		"below 1", chart.Times(least), chart.Times(most), regime, better, n)
	if n == 1 {
		v.Figure = fmt.Sprintf("%s of its time, processors %s", chart.Times(least), regime)
	}
	b.verdict(s, v)
}

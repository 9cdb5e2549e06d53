package report

import (
	"cmp"
	_ "embed"
	"fmt"
	"html/template"
	"slices"
	"strings"

	"credence/bench/report/chart"
)

//go:embed page.gohtml
var pageText string

//go:embed page.css
var pageStyle string

var pageTemplate = template.Must(template.New("page").Funcs(template.FuncMap{
	"spans": spans,
}).Parse(pageText))

// page is what the template shows.
type page struct {
	Style    template.CSS
	Sub      string // of what these figures are
	Verdicts []verdict
	Counts   string
	Sections []*section
	Commands []*command
}

// finish fills in what depends on all parts.
func (p *page) finish() {
	p.Style = template.CSS(fmt.Sprintf(":root{color-scheme:light dark;%s}\n"+
		"@media (prefers-color-scheme:dark){:root{%s}}\n@media print{:root{%s}}\n%s",
		chart.Light.CSS(), chart.Dark.CSS(), chart.Light.CSS(), pageStyle))
	slices.SortStableFunc(p.Verdicts, func(a, b verdict) int {
		return cmp.Compare(slices.Index(states, a.State), slices.Index(states, b.State))
	})
	var parts []string
	for _, s := range states {
		n := 0
		for _, v := range p.Verdicts {
			if v.State == s {
				n++
			}
		}
		if n > 0 {
			parts = append(parts, s.count(n))
		}
	}
	p.Counts = strings.Join(parts, " · ")
}

// state is what is said of a claim.
type state string

// The states.
const (
	holds  state = "holds"
	partly state = "partly"
	fails  state = "fails"
)

// states are in the order of the page: what a reader should know first.
var states = []state{fails, partly, holds}

// count says how many claims are in the state.
func (s state) count(n int) string {
	words := map[state][2]string{
		holds: {"holds", "hold"}, partly: {"holds in part", "hold in part"},
		fails: {"does not hold", "do not hold"},
	}[s]
	if n == 1 {
		return "1 " + words[0]
	}
	return fmt.Sprintf("%d %s", n, words[1])
}

// Sign is its sign, which tells it without colour.
func (s state) Sign() string { return map[state]string{holds: "✓", partly: "◐", fails: "✗"}[s] }

// when returns holds if ok, and otherwise fails.
func when(ok bool) state {
	if ok {
		return holds
	}
	return fails
}

// share returns what is said of a claim that holds in some of n cases.
func share(holding, n int) state {
	switch holding {
	case n:
		return holds
	case 0:
		return fails
	}
	return partly
}

// verdict is one claim and what became of it.
type verdict struct {
	State   state
	Claim   string // with `code`
	Figure  string
	Command *command
	Section string
}

// command is a line that makes figures again.
type command struct {
	N    int
	ID   string
	Line string
}

// section is a part of the page.
type section struct {
	ID, Title string
	Lead      string // what a reader should take from it, with `code`
	Blocks    []block
}

func (s *section) add(b block) { s.Blocks = append(s.Blocks, b) }

// block is one thing in a section; only one of its parts is set, Command aside.
type block struct {
	Text    string
	Legend  []key
	Figures []figure
	Wide    bool // figures beside each other in rows, not in columns
	Table   *table
	Absent  string
	Problem string
	Command *command // that makes it
}

// key is an entry of a legend.
type key struct {
	Sign template.HTML
	Name string
}

// legend returns the signs of series by their names.
func legend(asLines bool, names ...string) []key {
	var list []key
	for i, n := range names {
		list = append(list, key{inline(chart.Key(i, asLines)), n})
	}
	return list
}

// figure is a picture with its title and what it shows.
type figure struct {
	Title, About string
	SVG          template.HTML
}

// inline marks what package chart drew as safe: it escapes what it is given.
func inline(svg string) template.HTML { return template.HTML(svg) }

// table is one; the first column names the rows.
type table struct {
	Caption string
	Head    []string
	Left    int // how many columns are words, from the first
	Tail    int // and from the last
	Rows    []row
}

// row is one of a table.
type row struct {
	Strong bool
	Cells  []cell
}

// cell is one of a row.
type cell struct {
	Text    string // with `code`
	Href    string // where it leads
	Command *command
}

// maxShort is how many letters stay on one line.
const maxShort = 32

// Short reports whether the text stays on one line.
func (c cell) Short() bool { return len(c.Text) <= maxShort }

// cells returns cells of words.
func cells(list ...string) []cell {
	out := make([]cell, len(list))
	for i, s := range list {
		out[i].Text = s
	}
	return out
}

// Num reports whether column i is of figures.
func (t *table) Num(i int) bool { return i >= max(1, t.Left) && i < len(t.Head)-t.Tail }

// span is a stretch of text.
type span struct {
	Text string
	Code bool
}

// spans splits text at its backquotes.
func spans(s string) []span {
	var out []span
	for i, part := range strings.Split(s, "`") {
		if part != "" {
			out = append(out, span{part, i%2 == 1})
		}
	}
	return out
}

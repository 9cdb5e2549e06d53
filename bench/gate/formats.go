package gate

import (
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
)

// Format is a way to write a verdict.
type Format struct {
	Name  string
	About string
	Write func(v *Verdict, w io.Writer, most int) error
}

// Formats are all there are, the default first.
var Formats = []Format{
	{"text", "for a terminal", (*Verdict).WriteText},
	{"markdown", "for a step summary or a comment", (*Verdict).WriteMarkdown},
	{"csv", "a line a row", (*Verdict).WriteCSV},
	{"json", "everything", (*Verdict).WriteJSON},
	{"junit", "a test case a gated row, for CI systems", (*Verdict).WriteJUnit},
}

// WriteMarkdown writes a heading with the verdict, the table and the notes.
func (v *Verdict) WriteMarkdown(w io.Writer, most int) error {
	var b strings.Builder
	shown := v.Cut(most)
	fmt.Fprintf(&b, "### %s\n\n%s → %s\n\n", escape(v.Line()), code(v.Base), code(v.Head))
	b.WriteString("| " + strings.Join(headings, " | ") + " |\n|")
	for i := range headings {
		if i == 0 || i >= len(headings)-2 {
			b.WriteString(" --- |")
		} else {
			b.WriteString(" ---: |")
		}
	}
	b.WriteString("\n")
	for _, j := range shown.Rows {
		cells := j.cells()
		for i := range cells {
			cells[i] = escape(cells[i])
		}
		last := len(cells) - 1
		cells[last] = code(j.Name)
		if j.Why != "" {
			cells[last] += "<br>" + escape(j.Why)
		}
		b.WriteString("| " + strings.Join(cells, " | ") + " |\n")
	}
	if more := shown.More(); more != "" {
		b.WriteString("\n… " + escape(more) + "\n")
	}
	for _, s := range v.footnotes() {
		b.WriteString("\n- " + escape(s))
	}
	b.WriteString("\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// escape keeps text from being taken for Markdown or HTML.
var escape = strings.NewReplacer("|", `\|`, "*", `\*`, "_", `\_`, "<", "&lt;", "`", "'", "\n", " ").Replace

func code(s string) string {
	return "`" + strings.NewReplacer("`", "'", "|", `\|`, "\n", " ").Replace(s) + "`"
}

// number prints a figure for programs, "" if there is none.
func number(v float64) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return ""
	}
	return strconv.FormatFloat(v, 'g', -1, 64)
}

// WriteCSV writes a line a row, with ratios rather than percentages; figures that
// are unknown or unbounded are empty.
func (v *Verdict) WriteCSV(w io.Writer, most int) error {
	c := csv.NewWriter(w)
	c.Write([]string{"outcome", "gated", "kind", "pkg", "benchmark", "unit", "base", "head", "change",
		"lo", "hi", "p", "floor", "limit", "samples_base", "samples_head", "layouts", "why"})
	for _, j := range v.Cut(most).Rows {
		c.Write([]string{strings.ToLower(j.Outcome.String()), strconv.FormatBool(j.Gated),
			j.Kind.String(), j.Pkg, j.Name, j.Unit, number(j.Base), number(j.Head), number(j.Change),
			number(j.Lo), number(j.Hi), number(j.P), number(j.Floor), number(j.Limit),
			strconv.Itoa(j.NBase), strconv.Itoa(j.NHead), strconv.Itoa(j.Layouts), j.Why})
	}
	c.Flush()
	return c.Error()
}

// optional is a figure that JSON has as null if it is unknown or unbounded.
func optional(v float64) *float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return nil
	}
	return &v
}

type jsonRow struct {
	Outcome     string   `json:"outcome"`
	Gated       bool     `json:"gated"`
	Kind        string   `json:"kind"`
	Pkg         string   `json:"pkg"`
	Benchmark   string   `json:"benchmark"`
	Unit        string   `json:"unit"`
	Base        *float64 `json:"base"`
	Head        *float64 `json:"head"`
	Change      *float64 `json:"change"`
	Lo          *float64 `json:"lo"`
	Hi          *float64 `json:"hi"`
	P           *float64 `json:"p"`
	Floor       *float64 `json:"floor"`
	Limit       float64  `json:"limit"`
	SamplesBase int      `json:"samples_base"`
	SamplesHead int      `json:"samples_head"`
	Layouts     int      `json:"layouts"`
	Why         string   `json:"why"`
}

type jsonVerdict struct {
	Verdict  string         `json:"verdict"`
	Exit     int            `json:"exit"`
	Base     string         `json:"base"`
	Head     string         `json:"head"`
	Counts   map[string]int `json:"counts"`
	NotGated int            `json:"not_gated"`
	LeftOut  string         `json:"left_out,omitempty"`
	Rows     []jsonRow      `json:"rows"`
	Notes    []string       `json:"notes"`
}

// WriteJSON writes one object; encoding/json sorts what is a map.
func (v *Verdict) WriteJSON(w io.Writer, most int) error {
	shown := v.Cut(most)
	out := jsonVerdict{Verdict: v.Line(), Exit: v.Exit(), Base: v.Base, Head: v.Head,
		Counts: map[string]int{}, NotGated: v.NotGated(), LeftOut: shown.More(), Rows: []jsonRow{},
		Notes: append([]string{}, v.footnotes()...)}
	for o := range numOutcomes {
		out.Counts[strings.ToLower(o.String())] = v.Count(o)
	}
	for _, j := range shown.Rows {
		out.Rows = append(out.Rows, jsonRow{strings.ToLower(j.Outcome.String()), j.Gated,
			j.Kind.String(), j.Pkg, j.Name, j.Unit, optional(j.Base), optional(j.Head),
			optional(j.Change), optional(j.Lo), optional(j.Hi), optional(j.P), optional(j.Floor),
			j.Limit, j.NBase, j.NHead, j.Layouts, j.Why})
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(out)
}

type junitSuite struct {
	XMLName  xml.Name    `xml:"testsuite"`
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Errors   int         `xml:"errors,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Class   string        `xml:"classname,attr"`
	Name    string        `xml:"name,attr"`
	Failure *junitMessage `xml:"failure,omitempty"`
	Error   *junitMessage `xml:"error,omitempty"`
}

type junitMessage struct {
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

// WriteJUnit writes a test case a gated row: regressed ones fail, inconclusive
// ones are errors. All rows are written: systems that read this count them.
func (v *Verdict) WriteJUnit(w io.Writer, _ int) error {
	s := junitSuite{Name: "benchmarks", Failures: v.Count(Regressed), Errors: v.Count(Inconclusive)}
	for _, j := range v.Rows {
		if !j.Gated {
			continue
		}
		c := junitCase{Class: j.Pkg, Name: j.Name + " " + j.Unit}
		m := &junitMessage{fmt.Sprintf("%s %s, limit %s", percent(j.Change), j.Unit, j.limit()), j.Why}
		switch j.Outcome {
		case Regressed:
			c.Failure = m
		case Inconclusive:
			c.Error = m
		}
		s.Cases = append(s.Cases, c)
	}
	s.Tests = len(s.Cases)
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(w)
	e.Indent("", "  ")
	if err := e.Encode(s); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

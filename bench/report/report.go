// Package report renders what was measured as one HTML page that needs no network
// and no script: verdicts first, then the figures behind them, each with the
// command that makes it again. It reads the files of results/ and simulates what
// no file holds, the latencies of single jobs. The page follows the reader's
// light or dark theme, fits a phone, and prints.
//
// It refuses to measure host time, to judge by itself what bench/gate judges, and
// to leave a blank: a part whose input is missing says with which command to make
// it, and one whose input is damaged says where.
//
// The same results give the same bytes.
package report

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"credence/bench/gate"
	"credence/bench/report/chart"
)

// Config says what to render.
type Config struct {
	// Results is the folder of the recorded figures, Workloads that of the workload
	// files that are simulated.
	Results, Workloads string
	// Compare is a file that `schedbench compare -format json` wrote; "" means the
	// last one by name of compare-*.json in Results.
	Compare string
	// Traces is the folder of the traces, as the page links to it.
	Traces string
	// Limits are those of drifts; nil means the gate's own.
	Limits *gate.Limits
}

// Report is a rendered page and what goes with it.
type Report struct {
	// Page is the HTML.
	Page []byte
	// Traces are Perfetto traces, by name in the folder of Config.Traces.
	Traces []File
	// Pictures are those of a README, in a light and a dark version.
	Pictures []File
	// Problems says what is wrong with the input: where, what, and what to do. The
	// page says the same.
	Problems []error
}

// File is one file beside the page.
type File struct {
	Name string
	Data []byte
}

// part makes a section of the page. It returns an absent if there is nothing to
// show, and any other error if the input is damaged.
type part struct {
	id, title string
	make      func(b *builder, s *section) error
}

// parts are in the order of the page.
var parts = []part{
	{"flow", "Flow control", flowControl},
	{"latency", "Latency", latency},
	{"scaling", "Scaling", scaling},
	{"instructions", "Instructions a job", instructions},
	{"time", "Time of the core's operations", hostTime},
	{"peers", "Beside other Go code", peers},
	{"replay", "A recording, replayed", replayed},
	{"claims", "The claims of 2023", claims},
	{"fuzz", "Fuzzing", fuzzing},
	{"power", "How good the gate is", gatePower},
	{"compare", "What changed", compared},
	{"trend", "Trend", trend},
}

// absent says that there is nothing to show, and which command would change that.
type absent struct{ what, command string }

func (a *absent) Error() string { return a.what + "; to make it: " + a.command }

// Make renders the report. Damaged input is no error but a problem of the report;
// a cancelled ctx is one, and so is a folder that is not there.
func Make(ctx context.Context, c Config) (*Report, error) {
	if st, err := os.Stat(c.Results); err != nil || !st.IsDir() {
		return nil, fmt.Errorf("%s: there is no such folder; name one with -results, as in "+
			"-results results", c.Results)
	}
	if c.Limits == nil {
		c.Limits = gate.DefaultLimits()
	}
	b := &builder{ctx: ctx, config: c, report: &Report{}}
	for _, p := range parts {
		s := &section{ID: p.id, Title: p.title}
		if err := p.make(b, s); err != nil {
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			b.fault(s, err)
		}
		b.page.Sections = append(b.page.Sections, s)
	}
	return b.report, b.render()
}

// builder is a report in the making.
type builder struct {
	ctx    context.Context
	config Config
	page   page
	report *Report
	charts int
}

// fault writes what is missing or wrong into the section.
func (b *builder) fault(s *section, err error) {
	if a, ok := errors.AsType[*absent](err); ok {
		s.add(block{Absent: a.what + ".", Command: b.command(a.command)})
		return
	}
	b.report.Problems = append(b.report.Problems, err)
	s.add(block{Problem: err.Error()})
}

// command returns the entry of a command in the list at the end of the page.
func (b *builder) command(line string) *command {
	for _, c := range b.page.Commands {
		if c.Line == line {
			return c
		}
	}
	n := len(b.page.Commands) + 1
	c := &command{N: n, ID: fmt.Sprintf("c%d", n), Line: line}
	b.page.Commands = append(b.page.Commands, c)
	return c
}

// verdict adds one to the top of the page.
func (b *builder) verdict(s *section, v verdict) {
	v.Section = s.ID
	b.page.Verdicts = append(b.page.Verdicts, v)
}

// figure returns a picture for the page.
func (b *builder) figure(title, about string, p *chart.Picture) figure {
	b.charts++
	return figure{title, about, inline(p.Inline(fmt.Sprintf("f%d", b.charts)))}
}

// readmeWidth is the width of a README's pictures, in CSS pixels.
const readmeWidth = 720

// readme keeps a picture for a README, in both themes.
func (b *builder) readme(name string, p *chart.Picture) {
	b.report.Pictures = append(b.report.Pictures,
		File{name + "-light.svg", p.File(&chart.Light)},
		File{name + "-dark.svg", p.File(&chart.Dark)})
}

// path returns that of a file of the results.
func (b *builder) path(name string) string {
	return filepath.Join(b.config.Results, filepath.FromSlash(name))
}

// read reads a file of the results, or says which command makes it.
func (b *builder) read(name, what, command string) (string, []byte, error) {
	path := b.path(name)
	data, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return "", nil, &absent{what, command}
	}
	return filepath.ToSlash(path), data, err
}

// newest returns the last file by name of those that match, or says which command
// makes one.
func (b *builder) newest(pattern, what, command string) (string, error) {
	list, err := filepath.Glob(b.path(pattern))
	if err != nil || len(list) == 0 {
		return "", &absent{what, command}
	}
	return slices.Max(list), nil
}

// newestText is newest with the file's text and its name as messages have it.
func (b *builder) newestText(pattern, what, command string) (string, []byte, error) {
	path, err := b.newest(pattern, what, command)
	if err != nil {
		return "", nil, err
	}
	data, err := os.ReadFile(path)
	return filepath.ToSlash(path), data, err
}

// damaged is a file that its command has to make again.
func damaged(name string, line int, what, command string) error {
	return &gate.Problem{File: name, Line: line, What: what, Remedy: "make it again: " + command}
}

// render writes the page.
func (b *builder) render() error {
	var out bytes.Buffer
	b.page.finish()
	if err := pageTemplate.Execute(&out, &b.page); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	b.report.Page = out.Bytes()
	return nil
}

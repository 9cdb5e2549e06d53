package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"credence/bench/gate"
	pages "credence/bench/report"
)

const reportUsage = `Usage: schedbench report [-o FILE.html] [-results DIR] [-compare FILE.json]
                         [-pictures DIR]

Renders what was measured as one HTML page that needs no network and no script:
verdicts first, then the figures behind them, each with the command that makes it
again. It reads the folder of results and simulates, as sim does, the latencies of
single jobs. Traces of the jobs at the 99th percentile go into a folder beside the
page, FILE-traces, for ui.perfetto.dev. The same results give the same bytes.

Flags:
  -o FILE.html        where to write the page (default report.html)
  -results DIR        the recorded figures (default results)
  -workloads DIR      the workloads to simulate (default bench/workloads)
  -compare FILE.json  what compare -format json printed (default: the last
                      compare-*.json of the results)
  -limits FILE        the limits of drifts (default: those of the gate)
  -pictures DIR       write the README's pictures there too

A part whose input is missing says with which command to make it. One whose input
is damaged says where, on the page and here.

Examples:
  schedbench report
  schedbench report -o out/report.html -pictures results/pictures

Exit codes: 0 done; 2 wrong flags or folders; 3 an input is damaged (the page is
written, without that part), or interrupted.
`

// pageEnding is how the path of a page ends.
const pageEnding = ".html"

// reportConfig is what the command line of report asks for.
type reportConfig struct {
	report        pages.Config
	out, pictures string
}

// runReport renders and writes the page and what goes with it.
func runReport(ctx context.Context, stdout, stderr io.Writer, args []string) error {
	c, err := parseReport(args)
	if errors.Is(err, flag.ErrHelp) {
		_, err := io.WriteString(stdout, reportUsage)
		return err
	} else if err != nil {
		return err
	}
	r, err := pages.Make(ctx, c.report)
	switch {
	case ctx.Err() != nil:
		return errors.New("report: interrupted; nothing was written")
	case err != nil:
		return usagef("report: %v", err)
	}
	if err := c.write(r); err != nil {
		return err
	}
	fmt.Fprintf(stdout, "%s: %d KiB, %d traces\n", c.out, len(r.Page)>>10, len(r.Traces))
	for _, p := range r.Problems {
		fmt.Fprintf(stderr, "schedbench: %v\n", p)
	}
	if len(r.Problems) > 0 {
		return codeError(exitInconclusive)
	}
	return nil
}

func parseReport(args []string) (*reportConfig, error) {
	c := &reportConfig{}
	var limits string
	fs := flag.NewFlagSet("report", flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	fs.StringVar(&c.out, "o", "report"+pageEnding, "")
	fs.StringVar(&c.report.Results, "results", "results", "")
	fs.StringVar(&c.report.Workloads, "workloads", filepath.Join("bench", "workloads"), "")
	fs.StringVar(&c.report.Compare, "compare", "", "")
	fs.StringVar(&limits, "limits", "", "")
	fs.StringVar(&c.pictures, "pictures", "", "")
	if err := fs.Parse(args); errors.Is(err, flag.ErrHelp) {
		return nil, err
	} else if err != nil {
		return nil, usagef("report: %v; see schedbench report -h", err)
	}
	stem, ok := strings.CutSuffix(c.out, pageEnding)
	switch {
	case fs.NArg() > 0:
		return nil, usagef("report: %q: it takes no arguments; see -h", fs.Arg(0))
	case !ok || filepath.Base(stem) == "." || stem == "":
		return nil, usagef("report: -o %s: the name of the page ends in %s, as in report%s", c.out,
			pageEnding, pageEnding)
	}
	c.report.Traces = filepath.Base(stem) + "-traces"
	if limits != "" {
		var err error
		if c.report.Limits, err = gate.ReadLimits(limits); err != nil {
			return nil, usagef("report: %v", err)
		}
	}
	return c, nil
}

// write writes the page, and its traces and pictures where they belong.
func (c *reportConfig) write(r *pages.Report) error {
	traces := filepath.Join(filepath.Dir(c.out), c.report.Traces)
	if err := writeFiles(traces, r.Traces); err != nil {
		return err
	}
	if c.pictures != "" {
		if err := writeFiles(c.pictures, r.Pictures); err != nil {
			return err
		}
	}
	return writeOut(nil, c.out, r.Page)
}

// writeFiles writes files into a folder, which it makes if there are any.
func writeFiles(dir string, files []pages.File) error {
	if len(files) == 0 {
		return nil
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return usagef("report: %v; give a folder that can be made", err)
	}
	for _, f := range files {
		if err := writeOut(nil, filepath.Join(dir, f.Name), f.Data); err != nil {
			return err
		}
	}
	return nil
}

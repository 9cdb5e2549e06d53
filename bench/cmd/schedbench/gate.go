package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"credence/bench/gate"
	"credence/bench/gate/duel"
)

// runCompare compares, and ends with 0 whatever the verdict.
func runCompare(ctx context.Context, stdout, stderr io.Writer, args []string) error {
	_, err := judge(ctx, "compare", stdout, stderr, args)
	return err
}

// runGate compares, and ends with the code that the verdict asks for.
func runGate(ctx context.Context, stdout, stderr io.Writer, args []string) error {
	v, err := judge(ctx, "gate", stdout, stderr, args)
	if err != nil || v == nil || v.Exit() == gate.ExitPass {
		return err
	}
	return codeError(v.Exit())
}

// judge is what both have in common. It returns nil and no error after -h.
func judge(ctx context.Context, name string, stdout, stderr io.Writer, args []string) (*gate.Verdict,
	error) {
	g, err := parseGate(name, stdout, args)
	if errors.Is(err, flag.ErrHelp) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	o := gate.Options{Limits: g.limits, Seed: g.seed}
	if g.baseline != "" {
		if o.Baseline, err = gate.Read(g.baseline); err != nil {
			return nil, err
		}
		o.Reason = g.baseline
	}
	root, revisions, err := g.sides(ctx)
	if err != nil {
		return nil, err
	}
	if revisions {
		return g.judgeRevisions(ctx, root, stdout, stderr, o)
	}
	base, errBase := gate.Read(g.base)
	head, errHead := gate.Read(g.head)
	if err := errors.Join(errBase, errHead); err != nil {
		return nil, err
	}
	v, err := gate.Judge(base, head, o)
	if err != nil {
		return nil, err
	}
	return v, g.show(ctx, stdout, stderr, v, base, head)
}

// sides finds out whether both sides are revisions of the source tree around us,
// whose root it returns, or files.
func (g *gateFlags) sides(ctx context.Context) (root string, revisions bool, err error) {
	wd, err := os.Getwd()
	if err != nil {
		return "", false, err
	}
	root, rootErr := moduleRoot(wd)
	is := func(side string) bool {
		if st, err := os.Stat(side); err == nil && !st.IsDir() {
			return false // a file wins over a branch of its name
		}
		_, ok := duel.Resolve(ctx, root, side)
		return ok && rootErr == nil
	}
	base, head := is(g.base), is(g.head)
	switch {
	case base != head:
		rev, file := g.base, g.head
		if head {
			rev, file = file, rev
		}
		if _, err := os.Stat(file); err != nil {
			return "", false, &gate.Problem{File: file, What: "there is no such file or revision",
				Remedy: "check its spelling, or fetch it"}
		}
		return "", false, usagef("%s: %s is a revision and %s a file; give two of a kind", g.name, rev,
			file)
	case !base && g.revisionOnly != "":
		for _, side := range []string{g.base, g.head} {
			if _, err := os.Stat(side); err != nil {
				return "", false, &gate.Problem{File: side, What: "there is no such file or revision",
					Remedy: "check its spelling, fetch it, or run it inside the source tree"}
			}
		}
		return "", false, usagef("%s: -%s is for revisions, and these are files", g.name, g.revisionOnly)
	}
	return root, base, nil
}

// show writes the verdict to stdout and to the files that were asked for. Without
// benchstat its table is left out, and stderr says so: the verdict stands.
func (g *gateFlags) show(ctx context.Context, stdout, stderr io.Writer, v *gate.Verdict,
	base, head *gate.Set) error {
	table := ""
	if g.format.Name == "text" || g.format.Name == "markdown" || len(g.write) > 0 {
		var err error
		if table, err = gate.Benchstat(ctx, ".", v, base, head); err != nil {
			first, _, _ := strings.Cut(err.Error(), "\n")
			fmt.Fprintf(stderr, "schedbench: benchstat's table is left out: %s\n", first)
		}
	}
	if err := writeVerdict(stdout, g.format, v, g.rows, table); err != nil {
		return err
	}
	for _, out := range g.write {
		f, err := os.Create(out.path)
		if err != nil {
			return fmt.Errorf("%s: -write: %w", g.name, err)
		}
		if err := errors.Join(writeVerdict(f, out.format, v, g.rows, table), f.Close()); err != nil {
			return fmt.Errorf("%s: -write: %w", g.name, err)
		}
	}
	return nil
}

// maxTable is how many lines of benchstat's table are shown.
const maxTable = 80

// writeVerdict writes a verdict, and benchstat's table where people read.
func writeVerdict(w io.Writer, f gate.Format, v *gate.Verdict, rows int, table string) error {
	if err := f.Write(v, w, rows); err != nil || table == "" {
		return err
	}
	lines := strings.Split(table, "\n")
	if n := len(lines) - maxTable; n > 0 {
		lines = append(lines[:maxTable], fmt.Sprintf("… %d more lines", n))
	}
	table = strings.Join(lines, "\n")
	var err error
	switch f.Name {
	case "text":
		_, err = fmt.Fprintf(w, "\n%s\n", table)
	case "markdown":
		_, err = fmt.Fprintf(w, "\n<details><summary>benchstat</summary>\n\n```\n%s\n```\n\n</details>\n",
			table)
	}
	return err
}

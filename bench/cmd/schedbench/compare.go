package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"credence/bench/gate"
	"credence/bench/gate/duel"
	"credence/bench/slope"
	"credence/bench/suite"
)

// judgeRevisions measures two revisions of the tree at root against each other and
// judges the outcome. It returns no verdict if it only was to say what it would do.
func (g *gateFlags) judgeRevisions(ctx context.Context, root string, stdout, stderr io.Writer,
	o gate.Options) (*gate.Verdict, error) {
	valgrind, note, err := g.counter()
	if err != nil {
		return nil, err
	}
	c := duel.Config{Root: root, Base: g.base, Head: g.head, Packages: suite.Packages, Bench: g.bench,
		Limits: g.limits, Layouts: g.layouts, Budget: g.budget, Seed: g.seed, Valgrind: valgrind,
		Force: g.force}
	if g.dry {
		_, err := io.WriteString(stdout, c.Plan(ctx))
		return nil, err
	}
	dir, err := os.MkdirTemp("", "schedbench")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	c.Dir = dir
	show := newProgress(stderr)
	start := time.Now()
	c.Step = func(format string, args ...any) {
		show.step("%4.0f s  %s", time.Since(start).Seconds(), fmt.Sprintf(format, args...))
	}
	c.Progress = func(format string, args ...any) {
		show.update("%4.0f s  %s", time.Since(start).Seconds(), fmt.Sprintf(format, args...))
	}
	r, err := duel.Run(ctx, c)
	show.end()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", g.name, err)
	}
	if err := g.keepSamples(r); err != nil {
		return nil, err
	}
	o.Identical = r.Identical
	if err := g.acceptBaseline(ctx, root, &o); err != nil {
		return nil, err
	}
	v, err := gate.Judge(r.Base, r.Head, o)
	if err != nil {
		return nil, err
	}
	v.Notes = append(v.Notes, r.Notes...)
	if note != "" {
		v.Notes = append(v.Notes, note)
	}
	return v, g.show(ctx, stdout, stderr, v, r.Base, r.Head)
}

// counter returns the command that counts instructions, or why there is none.
func (g *gateFlags) counter() (valgrind, note string, err error) {
	if g.instructions == "off" {
		return "", "", nil
	}
	valgrind, err = slope.Find()
	switch {
	case err == nil:
		return valgrind, "", nil
	case g.instructions == "on":
		return "", "", fmt.Errorf("%s: -instructions on: %w", g.name, err)
	}
	return "", "instructions were not counted: " + err.Error(), nil
}

// keepSamples writes both sides as results files.
func (g *gateFlags) keepSamples(r *duel.Result) error {
	if g.keep == "" {
		return nil
	}
	err := errors.Join(os.MkdirAll(g.keep, 0o777),
		os.WriteFile(filepath.Join(g.keep, "base.txt"), []byte(r.BaseText), 0o666),
		os.WriteFile(filepath.Join(g.keep, "head.txt"), []byte(r.HeadText), 0o666))
	if err != nil {
		return fmt.Errorf("%s: -keep: %w", g.name, err)
	}
	return nil
}

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

	"credence/fuzz/campaign"
	"credence/fuzz/target"
)

const corpusHelp = `Usage: schedfuzz corpus merge [-target NAME] DST SRC...
       schedfuzz corpus prune [-target NAME] DIR
       schedfuzz corpus convert -to FORMAT [-target NAME] SRC DST

merge copies the inputs of the folders SRC to DST that are not there yet. prune
deletes those of DIR that reach nothing that shorter ones do not: pairs of operation
and state, sorts of runs, and edges if this program counts them. convert writes the
inputs of SRC to DST in another format: gofuzz and libfuzzer have bytes as they are,
native is that of go test -fuzz, and text is programs to read.

A folder may be in any of these formats: which, each file says itself. Inputs are of
one target, System if -target does not name another.

Examples:
  schedfuzz corpus merge fuzz/work/corpus/System /tmp/go-fuzz/corpus
  schedfuzz corpus prune -target Wsim fuzz/work/corpus/Wsim
  schedfuzz corpus convert -to native fuzz/work/corpus/System testdata/fuzz/FuzzSystem
  schedfuzz corpus convert -to text fuzz/work/corpus/Core /tmp/to-read

Flags:
`

// runCorpus is `schedfuzz corpus`.
func runCorpus(ctx context.Context, stdout, stderr io.Writer, args []string) int {
	f := flag.NewFlagSet("corpus", flag.ContinueOnError)
	f.SetOutput(io.Discard)
	name := f.String("target", "System", "the inputs are of the target `NAME`")
	to := f.String("to", "", "convert to `FORMAT`: gofuzz, libfuzzer, native or text")
	what, err := "", error(nil)
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		what, args = args[0], args[1:]
	}
	err = f.Parse(args)
	t := target.Lookup(*name)
	if err == nil && t == nil {
		err = fmt.Errorf("there is no target %q; there are %s", *name, strings.Join(target.Names(), ", "))
	}
	var do func() error
	if err == nil {
		do, err = corpusWork(ctx, stdout, what, *to, t, f.Args())
	}
	if code, done := flagsEnd(stdout, stderr, corpusHelp, f, err); done {
		return code
	}
	if err := do(); err != nil {
		return broken(stderr, "corpus", err)
	}
	return exitOK
}

// corpusWork returns what is to be done.
func corpusWork(ctx context.Context, stdout io.Writer, what, to string, t *target.Target,
	dirs []string) (do func() error, err error) {
	switch {
	case what == "merge" && len(dirs) > 1:
		return func() error { return merge(stdout, t, dirs[0], dirs[1:]) }, nil
	case what == "merge":
		return nil, errors.New("merge takes a folder to merge into, and others")
	case what == "prune" && len(dirs) == 1:
		return func() error { return prune(ctx, stdout, t, dirs[0]) }, nil
	case what == "prune":
		return nil, fmt.Errorf("prune takes one folder, not %d", len(dirs))
	case what == "convert" && len(dirs) == 2:
		format, ok := campaign.Formats[to]
		if !ok {
			return nil, fmt.Errorf("there is no format %q; there are gofuzz, libfuzzer, native and text", to)
		}
		if format == campaign.Text && t.Decode == nil {
			return nil, fmt.Errorf("inputs of %s are no programs; there is no text of them", t.Name)
		}
		return func() error { return convert(stdout, t, format, dirs[0], dirs[1]) }, nil
	case what == "convert":
		return nil, fmt.Errorf("convert takes two folders, not %d", len(dirs))
	}
	return nil, fmt.Errorf("there is no %q; there are merge, prune and convert", what)
}

// readFolder reads a corpus that has to be there.
func readFolder(dir string, t *target.Target) ([]campaign.Input, error) {
	if _, err := os.Stat(dir); err != nil {
		return nil, err
	}
	return campaign.ReadCorpus(dir, t)
}

func merge(stdout io.Writer, t *target.Target, into string, from []string) error {
	have, err := campaign.ReadCorpus(into, t)
	if err != nil {
		return err
	}
	seen := map[string]bool{}
	for _, in := range have {
		seen[string(in.Data)] = true
	}
	for _, dir := range from {
		list, err := readFolder(dir, t)
		if err != nil {
			return err
		}
		for _, in := range list {
			if seen[string(in.Data)] {
				continue
			}
			seen[string(in.Data)] = true
			if err := campaign.WriteInput(into, in, campaign.Raw); err != nil {
				return err
			}
		}
	}
	fmt.Fprintf(stdout, "%d inputs, before %d\n", len(seen), len(have))
	return nil
}

func prune(ctx context.Context, stdout io.Writer, t *target.Target, dir string) error {
	list, err := readFolder(dir, t)
	if err != nil {
		return err
	}
	keep := map[string]bool{}
	for _, in := range campaign.Distil(list, t) {
		keep[string(in.Data)] = true
	}
	files, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	left := 0
	for _, f := range files {
		if !f.Type().IsRegular() || ctx.Err() != nil {
			continue
		}
		file := filepath.Join(dir, f.Name())
		data, err := campaign.ReadInput(file, t)
		if err != nil {
			return err
		}
		if keep[string(data)] {
			delete(keep, string(data)) // The same input in a second file is one too many.
			left++
			continue
		}
		if err := os.Remove(file); err != nil {
			return err
		}
	}
	fmt.Fprintf(stdout, "%d inputs, before %d\n", left, len(list))
	return ctx.Err()
}

func convert(stdout io.Writer, t *target.Target, f campaign.Format, from, to string) error {
	list, err := readFolder(from, t)
	if err != nil {
		return err
	}
	for _, in := range list {
		if err := campaign.WriteInput(to, in, f); err != nil {
			return err
		}
	}
	fmt.Fprintf(stdout, "%d inputs\n", len(list))
	return nil
}

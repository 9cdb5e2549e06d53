package main

import (
	"context"
	"errors"
	"flag"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"credence/bench/study"
)

const mergeUsage = `Usage: schedbench merge [-o FILE.md] SHARD...

Puts the shards of one study together, which schedbench study -shard wrote, in
any order, and writes the report: the same bytes as that of the whole study.

Flags:
  -o FILE.md      where to write the report; its figures as CSV and its plots as
                  SVG go beside it (default: the report alone, to stdout)

Examples:
  schedbench study -quick -shard 1/2 -o part1.json
  schedbench study -quick -shard 2/2 -o part2.json
  schedbench merge -o flow-control.md part1.json part2.json

Exit codes: 0 done; 2 wrong flags, or shards that are missing, cut short, given
twice or of different studies, with the file and the remedy.
`

// runMerge reads all shards before it writes anything.
func runMerge(_ context.Context, stdout, _ io.Writer, args []string) error {
	var out string
	flags := flag.NewFlagSet("merge", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&out, "o", "", "")
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		_, err := io.WriteString(stdout, mergeUsage)
		return err
	} else if err != nil {
		return usagef("merge: %v; see schedbench merge -h", err)
	}
	if out != "" && filepath.Ext(out) != studyEnding {
		return usagef("merge: -o %s: the report is Markdown; end its name in %s", out, studyEnding)
	}
	var parts []*study.Part
	for _, path := range flags.Args() {
		p, err := readShard(path)
		if err != nil {
			return err
		}
		parts = append(parts, p)
	}
	r, err := study.Merge(parts)
	if err != nil {
		return usagef("merge: %v", err)
	}
	return writeStudy(stdout, out, r)
}

// readShard reads one file.
func readShard(path string) (*study.Part, error) {
	f, err := os.Open(path)
	if pe, ok := errors.AsType[*fs.PathError](err); ok {
		return nil, usagef("%s: %v; check the path", path, pe.Err)
	} else if err != nil {
		return nil, err
	}
	defer f.Close()
	p, err := study.ReadShard(path, f)
	if err != nil {
		return nil, usageError{err.Error()}
	}
	return p, nil
}

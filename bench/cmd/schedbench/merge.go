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

Puts the shards of one command together, which schedbench study -shard or schedbench
sim -shard wrote, in any order, and writes the report: the same bytes as that of the
whole.

Flags:
  -o FILE.md      where to write the report of a study; its figures as CSV and its
                  plots as SVG go beside it (default: the report alone, to stdout;
                  that of sim goes there always)

Examples:
  schedbench study -quick -shard 1/2 -o part1.json
  schedbench study -quick -shard 2/2 -o part2.json
  schedbench merge -o flow-control.md part1.json part2.json
  schedbench sim -shard 1/2 bench/workloads/burst.wsim gen:poisson >sim1.json
  schedbench sim -shard 2/2 bench/workloads/burst.wsim gen:poisson >sim2.json
  schedbench merge sim1.json sim2.json

scripts/shards.k8s.yaml and scripts/shards.slurm run shards side by side.

Exit codes: 0 done; 2 wrong flags, or shards that are missing, cut short, given
twice or of different commands, with the file and the remedy.
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
	if flags.NArg() > 0 && isSimShard(flags.Arg(0)) {
		if out != "" {
			return usagef("merge: -o %s: the report of sim goes to stdout; leave -o out", out)
		}
		return mergeSim(stdout, flags.Args())
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

package main

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha1"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"credence/fuzz/campaign"
	"credence/fuzz/target"
)

const seedsHelp = `Usage: schedfuzz seeds -target TARGET FILE

Writes what the source tree has for a target to begin with, such as the recorded
scripts of the real scheduler, to a zip archive, a file for each input: what OSS-Fuzz
and ClusterFuzzLite take beside a fuzzer.

Example:
  schedfuzz seeds -target System fuzz_System_seed_corpus.zip

Flags:
`

// runSeeds is `schedfuzz seeds`.
func runSeeds(_ context.Context, stdout, stderr io.Writer, args []string) int {
	f := flag.NewFlagSet("seeds", flag.ContinueOnError)
	f.SetOutput(io.Discard)
	name := f.String("target", "System", "those of `TARGET`")
	err := f.Parse(args)
	switch {
	case err != nil:
	case f.NArg() != 1:
		err = fmt.Errorf("it takes one file, not %d", f.NArg())
	case target.Lookup(*name) == nil:
		err = fmt.Errorf("there is no target %q; there are %s", *name, strings.Join(target.Names(), ", "))
	}
	if code, done := flagsEnd(stdout, stderr, seedsHelp, f, err); done {
		return code
	}
	root, err := root()
	if err != nil {
		return broken(stderr, "seeds", err)
	}
	list, err := campaign.Seeds(root)
	if err != nil {
		return broken(stderr, "seeds", err)
	}
	text, n, err := seedArchive(list, *name)
	if err == nil {
		err = os.WriteFile(f.Arg(0), text, 0o666)
	}
	if err != nil {
		return broken(stderr, "seeds", err)
	}
	fmt.Fprintf(stdout, "%d seeds of %s\n", n, *name)
	return exitOK
}

// seedArchive returns an archive of a target's inputs, each once, and their number.
func seedArchive(list []campaign.Input, name string) ([]byte, int, error) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	n, seen := 0, map[string]bool{}
	for _, in := range list {
		file := fmt.Sprintf("%x", sha1.Sum(in.Data))
		if in.Target != name || seen[file] {
			continue
		}
		seen[file] = true
		w, err := z.Create(file)
		if err != nil {
			return nil, 0, err
		}
		if _, err := w.Write(in.Data); err != nil {
			return nil, 0, err
		}
		n++
	}
	err := z.Close()
	return b.Bytes(), n, err
}

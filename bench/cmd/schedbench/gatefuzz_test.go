package main

import (
	"errors"
	"flag"
	"io"
	"strings"
	"testing"
)

// Whatever stands on a command line: it is asked for help, refused as the caller's
// fault, or taken with values that the commands can work with.
func FuzzGateFlags(f *testing.F) {
	f.Add("a b")
	f.Add("-rows 3 -format json -write x.md -seed 7 a b")
	f.Add("-layouts 5 -budget 1s -bench ^SPSC/ -instructions off -force -keep d -dry-run a b")
	f.Add("-limits none -rows -1 -write x.pdf --help = - -- a")
	f.Fuzz(func(t *testing.T, line string) {
		for _, name := range []string{"gate", "compare"} {
			g, err := parseGate(name, io.Discard, strings.Split(line, " "))
			if _, usage := errors.AsType[usageError](err); err != nil && !usage && !errors.Is(err, flag.ErrHelp) {
				t.Fatalf("%q: %v", line, err)
			}
			if err == nil && (g.limits == nil || g.rows < 0 || g.budget <= 0 || g.layouts < 5 || g.format.Write == nil) {
				t.Fatalf("%q: %+v", line, g)
			}
		}
		if _, _, err := cutShard(strings.Split(line, " ")); err != nil && !strings.Contains(err.Error(), "-shard") {
			t.Fatalf("%q: %v", line, err)
		}
	})
}

package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"credence/core/sched"
	"credence/hwmock/profile"
)

// TestExamplesOfUsage runs every example of sim -h, and parses those of bench.
func TestExamplesOfUsage(t *testing.T) {
	chdirRoot(t)
	ran := 0
	for line := range strings.SplitSeq(call(t, "sim", "-h").stdout, "\n") {
		args := strings.Fields(line)
		if len(args) < 3 || args[0] != "schedbench" {
			continue
		}
		if i := slices.Index(args, "-trace"); i >= 0 {
			args[i+1] = filepath.Join(t.TempDir(), args[i+1])
		}
		ran++
		if o := call(t, args[1:]...); o.code != exitOK || o.stdout == "" || o.stderr != "" {
			t.Errorf("%s: %+v", line, o)
		}
	}
	if ran < 3 {
		t.Errorf("sim -h has %d examples", ran)
	}
	parsed := 0
	for line := range strings.SplitSeq(benchUsage, "\n") {
		args, ok := strings.CutPrefix(line, "  scripts/bench")
		if !ok {
			continue
		}
		parsed++
		if _, err := parseBench(nil, strings.Fields(args)); err != nil {
			t.Errorf("%s: %v", line, err)
		}
	}
	if parsed != 2 {
		t.Errorf("bench -h has %d examples of scripts/bench", parsed)
	}
}

// TestUsageIsComplete looks for everything that a flag accepts, and for every
// engine of every device.
func TestUsageIsComplete(t *testing.T) {
	for _, device := range profile.Names() {
		o := call(t, "sim", "-device", device, "-h")
		p, err := profile.Load(device)
		if err != nil {
			t.Fatal(err)
		}
		words := append(append(sched.FlowNames(), sched.PolicyNames()...), profile.Names()...)
		for _, f := range formats {
			words = append(words, f.name)
		}
		for _, w := range words {
			if !strings.Contains(o.stdout, w) {
				t.Errorf("-device %s -h does not name %s", device, w)
			}
		}
		for _, e := range p.Engines {
			found := false
			for line := range strings.SplitSeq(o.stdout, "\n") {
				f := strings.Fields(line)
				found = found || len(f) == 3 && f[0] == e.Name &&
					strings.HasPrefix(f[1], e.Class.String()) && f[2] == e.Queue.String()
			}
			if !found {
				t.Errorf("-device %s -h has no row for %s", device, e.Name)
			}
		}
	}
}

// readmeCommand is how README.md calls sim, behind a prompt, with the output
// below it.
const readmeCommand = "$ go run ./bench/cmd/schedbench "

// TestReadmeShowsRealOutput compares what README.md prints below each call of
// sim with what the call prints.
func TestReadmeShowsRealOutput(t *testing.T) {
	chdirRoot(t)
	text, err := os.ReadFile("README.md")
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("there is no README.md")
	} else if err != nil {
		t.Fatal(err)
	}
	found := 0
	blocks := strings.Split(string(text), "```")
	for i := 1; i < len(blocks); i += 2 {
		_, block, _ := strings.Cut(blocks[i], "\n") // the language
		for part := range strings.SplitSeq("\n"+block, "\n$ ") {
			command, want, _ := strings.Cut("$ "+part, "\n")
			args, ok := strings.CutPrefix(command, readmeCommand+"sim ")
			if !ok {
				continue
			}
			found++
			o := call(t, append([]string{"sim"}, strings.Fields(args)...)...)
			if o.code != exitOK || strings.TrimSpace(o.stdout) != strings.TrimSpace(want) {
				t.Errorf("%s: exit %d, prints\n%s%s\nREADME.md has\n%s", command, o.code, o.stdout, o.stderr,
					want)
			}
		}
	}
	if found == 0 {
		t.Errorf("README.md shows no call of %ssim", readmeCommand)
	}
}

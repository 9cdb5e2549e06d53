package engine

import (
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"credence/fuzz/campaign"
)

var engines = flag.Bool("engines", false, "build and run go-fuzz, go test -fuzz and libFuzzer")

// schedfuzz builds the command, of which the triage is a part.
func schedfuzz(t *testing.T, root string) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "schedfuzz")
	c := exec.Command("go", "build", "-trimpath", "-tags", "invariants", "-o", program, "./fuzz/cmd/schedfuzz")
	c.Dir = root
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return program
}

// Each engine finds the canary through its own entry points and files, finds
// nothing else in the clean core, counts what it executes, and leaves a corpus.
func TestEngines(t *testing.T) {
	if !*engines {
		t.Skip("takes minutes; run go test ./fuzz/engine -engines")
	}
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	program := schedfuzz(t, root)
	for _, e := range All {
		t.Run(e.Name, func(t *testing.T) {
			p := &Plan{
				Root: root, Program: program, Work: t.TempDir(), Corpus: t.TempDir(), Seed: 1, Procs: 1,
				Targets: campaign.Only("System"), Budget: 15 * time.Second,
				Found: func(f *campaign.Find) { t.Errorf("%s: %s", f.Class, f.Message) },
			}
			if missing := e.Missing(p); missing != "" {
				t.Skip(missing)
			}
			r, err := e.Run(t.Context(), p)
			if err != nil {
				t.Fatal(err)
			}
			if r.Canary == 0 || r.Programs == 0 || r.Operations < r.Programs {
				t.Errorf("%+v", r)
			}
			list, err := os.ReadDir(filepath.Join(p.Corpus, "System"))
			if err != nil || len(list) == 0 {
				t.Errorf("%d inputs are kept, %v", len(list), err)
			}
			t.Logf("canary after %v, %d programs, %d operations", r.Canary, r.Programs, r.Operations)
		})
	}
}

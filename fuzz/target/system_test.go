package target_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"credence/fuzz/prog"
	"credence/fuzz/target"
)

var rewrite = flag.Bool("rewrite", false, "write what happens into the files of fuzz/testdata")

// divider stands between a saved program and what happens when it is run.
const divider = "----\n"

// saved is a program of fuzz/testdata: one that once broke a rule, or one that
// leads the engines to what is hard to reach.
type saved struct {
	file, text string
	program    *prog.Program
	want       string // what happens; empty if the file does not say
}

func load(tb testing.TB) (list []saved) {
	tb.Helper()
	files, err := filepath.Glob("../testdata/*.txt")
	if err != nil || len(files) == 0 {
		tb.Fatalf("%d programs in fuzz/testdata, %v", len(files), err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			tb.Fatal(err)
		}
		s := saved{file: file}
		s.text, s.want, _ = strings.Cut(string(text), divider)
		if s.program, err = prog.Parse(file, s.text); err != nil {
			tb.Fatal(err)
		}
		list = append(list, s)
	}
	return list
}

// FuzzSystem runs any program on the machine that it names.
func FuzzSystem(f *testing.F) {
	for _, s := range load(f) {
		f.Add(s.program.Encode())
	}
	fuzz(f, "System")
}

// Saved programs break no rule, and do again what they did when they were
// saved.
func TestReplay(t *testing.T) {
	for _, s := range load(t) {
		t.Run(strings.TrimSuffix(filepath.Base(s.file), ".txt"), func(t *testing.T) {
			var got bytes.Buffer
			traced := target.Trace(s.program, &got)
			if traced.Finding != nil {
				t.Fatal(traced.Finding)
			}
			if r := target.Run(s.program); r != traced {
				t.Errorf("first %+v, then %+v", traced, r)
			}
			if f := target.Deep(s.program, traced.History); f != nil {
				t.Error(f)
			}
			if *rewrite {
				s.want = got.String()
				if err := os.WriteFile(s.file, []byte(s.text+divider+s.want), 0o666); err != nil {
					t.Fatal(err)
				}
			}
			if s.want != "" && s.want != got.String() {
				t.Errorf("other than saved; if it is right so, run go test ./fuzz/target -rewrite\n%s",
					got.String())
			}
		})
	}
}

package target_test

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"credence/fuzz/prog"
	"credence/fuzz/target"
	"credence/hwmock/vector"
)

// script is a recorded script as a program.
type script struct {
	name    string
	program *prog.Program
	vector  *vector.Vector
}

// recorded returns all recorded scripts, or those that ship with the core.
func recorded(tb testing.TB) (list []script) {
	tb.Helper()
	files, err := vector.ReadFolder("../../../shared/conformance")
	if os.IsNotExist(err) {
		files, err = vector.ReadArchive("../../core/sched/testdata/vectors.tar.gz")
	}
	if err != nil {
		tb.Fatal(err)
	}
	for _, f := range files {
		s := script{name: f.Name}
		if s.program, err = prog.Parse(f.Name, string(f.Text)); err != nil {
			tb.Fatal(err)
		}
		if s.vector, err = vector.Parse(f); err != nil {
			tb.Fatal(err)
		}
		list = append(list, s)
	}
	return list
}

// Each recorded script breaks no rule, the core and the model agree on it, and
// with one scheduler the target's machine does, line for line, what was recorded.
// Among several the format leaves the order within an instant open.
func TestRecordedScripts(t *testing.T) {
	compared, different, failed := 0, 0, 0
	for i, s := range recorded(t) {
		var out bytes.Buffer
		r := target.Trace(s.program, &out)
		if r.Finding != nil {
			if failed++; failed < 4 {
				t.Errorf("%s: %s", s.name, r.Finding)
			}
			continue
		}
		if i%8 == 0 {
			if f := target.Deep(s.program, r.History); f != nil {
				t.Errorf("%s: %s", s.name, f)
			}
		}
		got := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
		got = got[:min(len(got), len(s.vector.Want))] // then it is healed
		if compared++; renamed(s.vector) || len(s.program.Scheds) > 1 {
			compared--
			continue
		}
		if err := vector.Difference(s.vector.Want, got); err != nil {
			if different++; different < 4 {
				t.Errorf("%s: %v", s.name, err)
			}
		}
	}
	if failed > 0 {
		t.Errorf("%d scripts break rules", failed)
	}
	if different > 0 || compared < 500 {
		t.Errorf("%d of %d scripts differ", different, compared)
	}
}

// renamed reports whether the output of v has names that a program cannot have:
// large job numbers, or those of entities.
func renamed(v *vector.Vector) bool {
	for i := range v.Script {
		o := &v.Script[i]
		if o.Verb == "flush" || o.Verb == "job" && o.Number(0) >= prog.MaxJobs {
			return true
		}
	}
	return false
}

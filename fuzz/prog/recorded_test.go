package prog_test

import (
	"os"
	"testing"

	"credence/fuzz/prog"
	"credence/hwmock/vector"
)

// recorded returns all recorded scripts, or those that ship with the core.
func recorded(tb testing.TB) []vector.File {
	tb.Helper()
	files, err := vector.ReadFolder("../../../shared/conformance")
	if os.IsNotExist(err) {
		files, err = vector.ReadArchive("../../core/sched/testdata/vectors.tar.gz")
	}
	if err != nil {
		tb.Fatal(err)
	}
	return files
}

// Each recorded script is a program, with its operations in order.
func TestRecordedScriptsArePrograms(t *testing.T) {
	ops, jobs := 0, 0
	for _, f := range recorded(t) {
		p, err := prog.Parse(f.Name, string(f.Text))
		if err != nil {
			t.Error(err)
			continue
		}
		if q := prog.Decode(p.Encode()); !q.Equal(p) {
			t.Errorf("%s is encoded as\n%s", f.Name, q)
		}
		if q, err := prog.Parse("again", p.String()); err != nil || !q.Equal(p) {
			t.Errorf("%s is printed as\n%s%v", f.Name, p, err)
		}
		v, err := vector.Parse(f)
		if err != nil {
			t.Fatal(err)
		}
		machine := len(p.Scheds) + len(p.Entities)
		ids := map[uint8]string{}
		for i := range p.Ops {
			o, s := &p.Ops[i], &v.Script[machine+i]
			if o.Kind.String() != s.Verb {
				t.Fatalf("%s: %s became %s", f.Name, s, o)
			}
			if o.Kind == prog.MakeJob {
				if ids[o.Target] != "" {
					t.Fatalf("%s: jobs %s and %s are both %d", f.Name, ids[o.Target], s.Args[0], o.Target)
				}
				ids[o.Target] = s.Args[0]
			}
		}
		if machine+len(p.Ops) != len(v.Script) {
			t.Errorf("%s has %d lines, the program %d", f.Name, len(v.Script), machine+len(p.Ops))
		}
		ops, jobs = max(ops, len(p.Ops)), max(jobs, len(ids))
	}
	t.Logf("up to %d operations and %d jobs", ops, jobs)
}

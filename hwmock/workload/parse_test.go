package workload_test

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"credence/hwmock/workload"
)

func parse(text string) (*workload.Workload, error) {
	return workload.Parse("test.wsim", strings.NewReader(text))
}

func TestEveryKindOfStepIsParsed(t *testing.T) {
	w, err := parse(`# comment, with a comma
1.rcs.1000.0.0
  2.VCS2.500-700.-1/f-1.1 , d.10 # and another
M.3.VCS|VECS1-0
B.3,b.3.VCS1|VCS2.RCS


w.4.10n8m/2n4K-16k
W.5.1g
3.DEFAULT.*.r4-0-9/w5-0/s-7.0
T.-1
f
1.CCS.5.f-1.0
a.-2
p.16667,s.-3,t.5,q.6
P.1.-1023
X.1.0
S.1.-1
V.7,v.7.3
`)
	if err != nil {
		t.Fatal(err)
	}
	any := workload.AnyGT
	want := []workload.Step{
		{Kind: workload.KindBatch, Line: 2, Context: 1,
			Engine: workload.Engine{Class: workload.RCS, GT: any},
			Span:   workload.Span{Min: 1000, Max: 1000}},
		{Kind: workload.KindBatch, Line: 3, Context: 2,
			Engine: workload.Engine{Class: workload.VCS, Instance: 2, GT: any},
			Span:   workload.Span{Min: 500, Max: 700}, Wait: true,
			Deps: []workload.Dep{{Kind: workload.DepData}, {Kind: workload.DepFence}}},
		{Kind: workload.KindDelay, Line: 3, Value: 10},
		{Kind: workload.KindMap, Line: 4, Context: 3, Engines: []workload.Engine{
			{Class: workload.VCS, GT: any}, {Class: workload.VECS, Instance: 1}}},
		{Kind: workload.KindBalance, Line: 5, Context: 3},
		{Kind: workload.KindBond, Line: 5, Context: 3, Engines: []workload.Engine{
			{Class: workload.VCS, Instance: 1, GT: any}, {Class: workload.VCS, Instance: 2, GT: any}},
			Engine: workload.Engine{Class: workload.RCS, GT: any}},
		{Kind: workload.KindWorkingSet, Line: 8, Set: workload.Set{ID: 4, Sizes: []workload.Size{
			{Count: 10, Min: 8 << 20, Max: 8 << 20}, {Count: 2, Min: 4 << 10, Max: 16 << 10}}}},
		{Kind: workload.KindWorkingSet, Line: 9, Set: workload.Set{ID: 5, Shared: true,
			Sizes: []workload.Size{{Count: 1, Min: 1 << 30, Max: 1 << 30}}}},
		{Kind: workload.KindBatch, Line: 10, Context: 3, Engine: workload.Engine{GT: any},
			Span: workload.Span{Infinite: true}, Deps: []workload.Dep{
				{Kind: workload.DepRead, Set: 4, Last: 9}, {Kind: workload.DepWrite, Set: 5},
				{Kind: workload.DepSubmit, Target: 1}}},
		{Kind: workload.KindTerminate, Line: 11, Target: 8},
		{Kind: workload.KindSoftFence, Line: 12},
		{Kind: workload.KindBatch, Line: 13, Context: 1,
			Engine: workload.Engine{Class: workload.CCS, GT: any},
			Span:   workload.Span{Min: 5, Max: 5},
			Deps:   []workload.Dep{{Kind: workload.DepFence, Target: 10}}},
		{Kind: workload.KindSignal, Line: 14, Target: 10},
		{Kind: workload.KindPeriod, Line: 15, Value: 16667},
		{Kind: workload.KindSync, Line: 15, Target: 11},
		{Kind: workload.KindThrottle, Line: 15, Value: 5},
		{Kind: workload.KindQueueDepth, Line: 15, Value: 6},
		{Kind: workload.KindPriority, Line: 16, Context: 1, Value: -1023},
		{Kind: workload.KindPreempt, Line: 17, Context: 1},
		{Kind: workload.KindSlices, Line: 18, Context: 1, Value: -1},
		{Kind: workload.KindVM, Line: 19, Value: 7},
		{Kind: workload.KindAssign, Line: 19, Context: 3, Value: 7},
	}
	if len(w.Steps) != len(want) {
		t.Fatalf("%d steps, want %d:\n%s", len(w.Steps), len(want), w)
	}
	for i := range want {
		want[i].Index = i
		if !reflect.DeepEqual(w.Steps[i], want[i]) {
			t.Errorf("step %d is\n%+v, want\n%+v", i, w.Steps[i], want[i])
		}
	}
}

func TestCanonicalFormParsesToTheSameSteps(t *testing.T) {
	w, err := parse("1.RCS.5.0.0\nw.0.007n1k-2k/3\nM.1.vcs2-3|RCS-0\n" +
		"1.VECS.*.-3/f-3/s-3/r0-1-7/w0-2.0\nf\na.-1\n" +
		"T.-3\ns.-4\nt.0\nq.1\nP.0.-0\nX.2.7\nS.3.1\nB.1\nb.1.RCS.VCS\nd.1\np.2\nV.03\nv.3.01\n" +
		"d.~07\n1.RCS.~5.0.0\n")
	if err != nil {
		t.Fatal(err)
	}
	const want = "1.RCS.5.0.0\nw.0.7n1024-2048/3\nM.1.VCS2-3|RCS-0\n" +
		"1.VECS.*.-3/f-3/s-3/r0-1-7/w0-2.0\nf\na.-1\n" +
		"T.-3\ns.-4\nt.0\nq.1\nP.0.0\nX.2.7\nS.3.1\nB.1\nb.1.RCS.VCS\nd.1\np.2\nV.3\nv.3.1\n" +
		"d.~7\n1.RCS.~5.0.0\n"
	if w.String() != want {
		t.Errorf("got\n%swant\n%s", w, want)
	}
}

func TestWrongFilesAreRefusedWithPlaceAndRemedy(t *testing.T) {
	many := strings.Repeat
	for _, c := range []struct{ text, want string }{
		// What is no workload at all.
		{"", "1: the file has no step; write one a line"},
		{"# nothing\n\n#\n", "3: the file has no step; write one a line"},
		{"1.RCS.1.0.0\n\x7fELF\x02", "2: byte 0x7f is not text; give a wsim file"},
		{"P\x00\x00", "1: byte 0x00 is not text; give a wsim file"},
		{many("#", workload.MaxFileBytes+1), "1: the file is longer than 1048576 bytes; give"},
		{"f\n" + many("#", workload.MaxLineBytes+1), "2: the line is longer than 65536 bytes; write"},
		{many("f,f,f,f,f\n", workload.MaxSteps/5) + "f", "2001: more than 10000 steps; shorten"},
		{"hello world\n", `1: "hello world" starts no step; a batch is ctx.engine.duration.deps.wait, ` +
			`other steps start with one of d p s t q f a T M B b P X S w W V v`},
		{"-1.RCS.1.0.0", `1: "-1.RCS.1.0.0" starts no step; a batch`},
		{many("z", 50), `1: "` + many("z", 40) + `"... starts no step`},

		// Truncated and overlong steps.
		{"1.RCS.1.0.0\n1.RCS.10", `2: "1.RCS.10" has 3 fields, not 5; write ctx.engine.`},
		{"1", `1: "1" has 1 field, not 5; write`},
		{"1.RCS.1.0.0.0", `1: "1.RCS.1.0.0.0" has 6 fields, not 5; write`},
		{"1.RCS.1..0", `1: a dependency is missing; write 0 for none`},
		{"p", `1: "p" has 1 field, not 2; write p.microseconds`},
		{"p.", `1: "" is no number of microseconds; write a whole number from 1 to 3600000000`},
		{"M.1", `1: "M.1" has 2 fields, not 3; write M.ctx.engine|engine`},
		{"f.1", `1: "f.1" has 2 fields, not 1; write f`},

		// Numbers.
		{"d.0", `1: "0" is no number of microseconds; write`},
		{"d.1e3", `1: "1e3" is no number of microseconds; write`},
		{"d.+5", `1: "+5" is no number of microseconds; write`},
		{"d.99999999999999999999", `1: "99999999999999999999" is no number of microseconds; write`},
		{"1024.RCS.1.0.0", `1: "1024" is no context; write a whole number from 0 to 1023`},
		{"t.-1", `1: "-1" is no number of steps; write`},
		{"q.4097", `1: "4097" is no number of batches; write a whole number from 0 to 4096`},
		{"P.1.x", `1: "x" is no priority; write`},
		{"S.1.-2", `1: "-2" is no slice mask; write`},
		{"X.1.-1", `1: "-1" is no number of microseconds; write`},

		{"B.x", `1: "x" is no context; write`},
		{"M.x.VCS", `1: "x" is no context; write`},
		{"b.x.VCS.RCS", `1: "x" is no context; write`},
		{"P.x.1", `1: "x" is no context; write`},
		{"X.x.1", `1: "x" is no context; write`},
		{"S.x.1", `1: "x" is no context; write`},
		{"V.0", `1: "0" is no address space; write a whole number from 1 to 1024`},
		{"V.1\nV.1", "2: address space 1 is created in line 1 already; take another number"},
		{"v.1.1\nV.1", "1: there is no address space 1 yet; create it above, with V.1"},
		{"V.1\nv.1.x", `2: "x" is no context; write`},
		{"v.x.1", `1: "x" is no address space; write`},

		// Engines.
		{"b.1.GPU.RCS", `1: "GPU" is no engine; write`},
		{"1.GPU.1.0.0", `1: "GPU" is no engine; write DEFAULT, RCS`},
		{"1.VCS0.1.0.0", `1: "VCS0" is no engine; write`},
		{"1.VCS1-.1.0.0", `1: "VCS1-" is no engine; write`},
		{"1.VCS1-16.1.0.0", `1: "VCS1-16" is no engine; write`},
		{"1.DEFAULT1.1.0.0", `1: "DEFAULT1" is no engine; write`},
		{"M.1.DEFAULT", "1: DEFAULT names no engine here; write a class"},
		{"M.1.VCS||RCS", `1: "" is no engine; write`},
		{"M.1." + many("VCS|", 64) + "VCS", "1: more than 64 engines in a list; name each once"},
		{"b.1.VCS1.DEFAULT", "1: DEFAULT names no engine here; write"},

		// Batches.
		{"1.RCS.0.0.0", `1: "0" is no duration in microseconds; write a whole number from 1`},
		{"1.RCS.5-5.0.0", `1: the duration "5-5" does not grow; write the smaller figure first`},
		{"1.RCS.9-5.0.0", `1: the duration "9-5" does not grow; write`},
		{"1.RCS.5-.0.0", `1: "" is no duration in microseconds; write`},
		{"1.RCS.**.0.0", `1: "**" is no duration in microseconds; write`},
		{"1.RCS.~0.0.0", `1: "0" is no mean in microseconds; write a whole number from 1`},
		{"1.RCS.~5-9.0.0", `1: "5-9" is no mean in microseconds; write`},
		{"d.~", `1: "" is no mean in microseconds; write`},
		{"p.~5", `1: "~5" is no number of microseconds; write`},
		{"1.RCS.5.0.2", `1: "2" does not say whether to wait; write 1`},
		{"1.RCS.5.x.0", `1: "x" is no dependency; write 0 for none`},
		{"1.RCS.5.0/0.0", `1: "0" is no dependency; write`},
		{"1.RCS.5.0.0\n1.RCS.5.-1/.0", `2: a dependency is missing; write`},
		{"1.RCS.5.0.0\n1.RCS.5." + many("-1/", workload.MaxDeps) + "-1.0",
			"2: more than 4096 dependencies"},

		// Relative indices.
		{"1.RCS.5.-1.0", `1: "-1" points before the first step, as only 0 stand before this one; count`},
		{"1.RCS.5.0.0\n1.RCS.5.f-2.0", `2: "-2" points before the first step, as only 1 stands`},
		{"1.RCS.5.0.0\n1.RCS.5.-0.0", `2: "-0" is no earlier step; write -1 for the step before`},
		{"1.RCS.5.0.0\n1.RCS.5.f1.0", `2: "1" is no earlier step; write`},
		{"1.RCS.5.0.0\ns.1", `2: "1" is no earlier step; write`},
		{"1.RCS.5.0.0\ns.--1", `2: "--1" is no earlier step; write`},
		{"1.RCS.5.0.0\ns.-99999999999999999999", `2: "-99999999999999999999" is no earlier step; write`},
		{"d.5\n1.RCS.5.-1.0", `2: the step named, "d.5" of line 1, is no batch; count every step`},
		{"f\n1.RCS.5.-1.0", `2: the step named, "f" of line 1, is no batch; count`},
		{"f\n1.RCS.5.s-1.0", `2: the step named, "f" of line 1, is no batch; count`},
		{"d.5\n1.RCS.5.f-1.0",
			`2: the step named, "d.5" of line 1, is neither batch nor software fence; count`},
		{"f\ns.-1", `2: the step named, "f" of line 1, is no batch; count`},
		{"1.RCS.5.0.0\na.-1",
			`2: the step to signal, "1.RCS.5.0.0" of line 1, is no software fence; name an f step`},
		{"1.RCS.5.0.0\nT.-1",
			`2: the step to end, "1.RCS.5.0.0" of line 1, is no batch of duration *; name`},
		{"f\na.-1\na.-2",
			"3: the software fence of line 1 is signalled by line 2 already; create another"},

		// Waiting for what cannot happen.
		{"f\n1.RCS.5.f-1.1\na.-2",
			`2: the client would wait forever, since the batch of line 2 cannot run ` +
				`until "a.-2" signals a software fence; wait after that`},
		{"f\n1.RCS.5.f-1.0\n2.BCS.5.-1.0\ns.-1\na.-4",
			`4: the client would wait forever, since the batch of line 3 cannot run until "a.-4" signals`},
		{"f\n1.RCS.5.f-1.0\n2.BCS.5.0.0\n3.VECS.5.-2/-1.1", `4: the client would wait forever, since ` +
			"the batch of line 4 cannot run"},
		{"f\n1.RCS.5.f-1.0\ns.-1",
			`3: the client would wait forever, since the batch of line 2 cannot run ` +
				`until the end of the file, where`},
		{"1.RCS.*.0.1\nT.-1", `1: the client would wait forever, since the batch of line 1 is not ` +
			`done until "T.-1" ends a batch of duration *; wait after that`},
		{"1.RCS.*.0.0\n2.BCS.5.-1.0\n3.VCS.5.s-1.0\ns.-1\nT.-4",
			`4: the client would wait forever, since the batch of line 3 is not done until "T.-4" ends`},

		// Working sets.
		{"w.1.4k\nW.1.4k", "2: working set 1 is declared in line 1 already; take another number"},
		{"w.1024.4k", `1: "1024" is no working set; write a whole number from 0 to 1023`},
		{"w.1.", `1: "" is no size; write bytes`},
		{"w.1.4t",
			`1: "4t" is no size; write bytes, or a figure with k, m or g, such as 4k or 10n8m, up to 16384g`},
		{"w.1.k", `1: "k" is no size; write`},
		{"w.1.16385g", `1: "16385g" is no size; write`},
		{"w.1.0", `1: "0" is no size; write`},
		{"w.1.0n4k", `1: "0" is no number of objects; write`},
		{"w.1.n4k", `1: "" is no number of objects; write`},
		{"w.1.8k-x", `1: "x" is no size; write`},
		{"w.1.8k-4k", `1: the size "8k-4k" falls; write the smaller figure first`},
		{"w.1.65536n1/1", "1: more than 65536 objects in working sets; declare fewer"},
		{"1.RCS.5.r1-0.0", "1: there is no working set 1; declare it, such as w.1.4k"},
		{"1.RCS.5.w2-1-5.0\nw.2.4n1",
			"1: there is no object 5 in working set 2; line 2 declares 4 objects, counted from 0"},
		{"1.RCS.5.r1.0", `1: "1" names no object; write the set and the object`},
		{"1.RCS.5.rx-0.0", `1: "x" is no working set; write`},
		{"1.RCS.5.r1-.0", `1: "" is no object; write`},
		{"1.RCS.5.r1-5-4.0", `1: "4" is no object; write a whole number from 5 to 65535`},
		{"w.1.65536n1\n" + many("1.RCS.5.r1-0-65535.0\n", 17),
			"18: the batches name more than 1048576 objects; use"},
	} {
		w, err := parse(c.text)
		var syntax *workload.SyntaxError
		if w != nil || !errors.As(err, &syntax) || syntax.File != "test.wsim" {
			t.Errorf("%.60q: got %v, %v; want a SyntaxError", c.text, w, err)
			continue
		}
		if got := fmt.Sprint(err); !strings.HasPrefix(got, "test.wsim:"+c.want) ||
			!strings.Contains(got, "; ") {
			t.Errorf("%.60q:\ngot  %s\nwant test.wsim:%s", c.text, got, c.want)
		}
	}
}

func TestReadErrorsKeepTheirCause(t *testing.T) {
	cause := errors.New("disk on fire")
	_, err := workload.Parse("x.wsim", failing{cause})
	if !errors.Is(err, cause) || !strings.HasPrefix(err.Error(), "x.wsim: ") {
		t.Errorf("got %v", err)
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func TestTextFormsOfOtherSystemsAreAccepted(t *testing.T) {
	w, err := parse("\xef\xbb\xbf1.RCS.5.0.0\r\n\tp.10\r\n# no newline at the end, caf\xe9")
	if err != nil || w.String() != "1.RCS.5.0.0\np.10\n" {
		t.Errorf("got %q, %v", w, err)
	}
}

func TestClassesAndLevelsHaveNames(t *testing.T) {
	var names []string
	for c := workload.DefaultClass; c <= workload.CCS+1; c++ {
		names = append(names, c.String())
	}
	for p := workload.Low; p <= workload.NumPriorities; p++ {
		names = append(names, p.String())
	}
	const want = "DEFAULT RCS BCS VCS VECS CCS invalid low normal high realtime invalid"
	if got := strings.Join(names, " "); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestEveryKindHasAName(t *testing.T) {
	seen := map[string]bool{}
	for k := workload.KindBatch; k <= workload.KindAssign; k++ {
		if s := k.String(); s == "" || s == "invalid" || seen[s] {
			t.Errorf("kind %d is named %q", k, s)
		}
		seen[k.String()] = true
	}
	if next := workload.KindAssign + 1; next.String() != "invalid" {
		t.Errorf("kind %d is %v: this test does not know it", next, next)
	}
}

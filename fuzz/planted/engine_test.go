package planted

import (
	"bufio"
	"errors"
	"strings"
	"testing"
)

// Of what the explorer prints, the first result that is not as expected is a find,
// and stops it; a pass where a failure was expected is none.
func TestReadExplored(t *testing.T) {
	const ok = `{"Program":"spsc/wrap","Verdict":"pass","OK":true}` + "\n" +
		`{"Program":"wait/late","Verdict":"lost-wakeup","Schedule":"ab","OK":true}` + "\n" +
		`{"Program":"wait/silent","Verdict":"pass","OK":false}` + "\n"
	const bad = `{"Program":"fence/arm","Verdict":"data-race","Schedule":"b2a","Trace":{"Steps":[{},{}]},"OK":false}`
	stopped := 0
	stop := func() { stopped++ }
	if c := readExplored(bufio.NewReader(strings.NewReader(ok)), stop); c != nil || stopped != 0 {
		t.Errorf("%+v", c)
	}
	c := readExplored(bufio.NewReader(strings.NewReader(ok+bad+"\n"+ok)), stop)
	want := catch{ops: 2, invariant: "data-race", repro: "explore -schedule 'b2a' 'fence/arm'"}
	if c == nil || *c != want || stopped != 1 {
		t.Errorf("%+v", c)
	}
}

// A process that the bug brings down is a find; one that the machine fails is not.
func TestCrashed(t *testing.T) {
	failed := errors.New("exit status 2")
	for _, c := range []struct{ stderr, down, err string }{
		{"schedfuzz run -seed 1\nfatal error: stack overflow\n\ngoroutine 1", "stack overflow", ""},
		{"panic: sched: no\n", "sched: no", ""},
		{"first\nschedfuzz: run: no space left\n", "", "exit status 2: schedfuzz: run: no space left"},
		{"", "", "exit status 2: "},
	} {
		err := crashed(failed, c.stderr)
		down, ok := errors.AsType[downed](err)
		if ok != (c.down != "") || ok && down.what != c.down || !ok && err.Error() != c.err {
			t.Errorf("%q: %v", c.stderr, err)
		}
	}
}

// Each bug is hunted by all engines, likely ones first.
func TestEngines(t *testing.T) {
	for _, c := range []struct {
		kind Kind
		file string
		want string
	}{
		{Sequence, "core/sched/run.go", "sequence"}, {Sequence, "hwmock/device/line.go", "parts"}, {Leak, "core/sched/kill.go", "sequence"},
		{Interleaving, "core/sched/run.go", "weave"}, {DataRace, "core/spsc/ring.go", "weave"},
		{Sequence, "core/spsc/ring.go", "parts"}, {Sequence, "hwmock/des/wheel.go", "parts"},
	} {
		list := engines(&Patch{Kind: c.kind, Files: []string{c.file}})
		seen := map[string]bool{}
		for _, e := range list {
			seen[e.name] = true
		}
		if list[0].name != c.want || len(seen) != 7 {
			t.Errorf("%s of %s: %v first, of %d", c.kind, c.file, list[0].name, len(seen))
		}
	}
}

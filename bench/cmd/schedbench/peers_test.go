package main

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"
)

// TestPeersListsItsRows builds the module and asks it for its rows; what is
// wrong with its flags is its own to say, with its exit code.
func TestPeersListsItsRows(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a module")
	}
	o := call(t, "peers", "-list", "-rows", "^Job/entities=64/")
	want := "Job/entities=64/impl=credence\nJob/entities=64/impl=credence-upstream\n" +
		"Job/entities=64/impl=plain\n"
	if o.code != exitOK || o.stdout != want {
		t.Errorf("-list: %+v, want %q", o, want)
	}
	o = call(t, "peers", "-sample", "1h")
	if o.code != exitUsage || o.stdout != "" || !strings.Contains(o.stderr, "-sample 1h") ||
		strings.Contains(o.stderr, "schedbench:") {
		t.Errorf("a wrong flag: %+v", o)
	}
	chdirRoot(t)
	o = call(t, "peers", "-ops", "50", "-rows", "^Event/pending=100/")
	if o.code != exitOK || o.stdout != "" {
		t.Errorf("-ops: %+v", o)
	}
}

// TestPeersInterrupted ends a run that would take an hour: it reports what it
// has, which is too little.
func TestPeersInterrupted(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a module, and measures")
	}
	ctx, stop := context.WithTimeout(t.Context(), 5*time.Second)
	defer stop()
	o := callWith(ctx, "peers", "-time", "1h", "-rows", "^PushPop/item=word/")
	if o.code != exitInconclusive {
		t.Errorf("%+v", o)
	}
}

// TestPeersOutsideTheTree says where the command works.
func TestPeersOutsideTheTree(t *testing.T) {
	t.Chdir(t.TempDir())
	if o := call(t, "peers"); o.code != exitUsage || !strings.Contains(o.stderr, "source tree") {
		t.Errorf("%+v", o)
	}
}

// TestPeersUsage holds the flags that this command names to those that the module
// has, one by one.
func TestPeersUsage(t *testing.T) {
	text, err := os.ReadFile("../../peers/flags.go")
	if err != nil {
		t.Fatal(err)
	}
	_, theirs, _ := strings.Cut(string(text), "const usage = `")
	theirs, _, ok := strings.Cut(theirs, "`\n")
	if !ok {
		t.Fatal("no usage in bench/peers/flags.go")
	}
	if a, b := flagNames(peersUsage), flagNames(theirs); a != b {
		t.Errorf("this command names %s, the module %s", a, b)
	}
}

// flagNames returns the flags that a usage lists, in its order.
func flagNames(usage string) string {
	var names []string
	for line := range strings.Lines(usage) {
		if strings.HasPrefix(line, "  -") {
			names = append(names, strings.Fields(line)[0])
		}
	}
	return strings.Join(names, " ")
}

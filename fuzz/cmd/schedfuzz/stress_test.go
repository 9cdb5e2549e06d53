package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// stressed runs `schedfuzz stress`.
func stressed(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, err bytes.Buffer
	code = run(t.Context(), &out, &err, append([]string{"stress"}, args...))
	return code, out.String(), err.String()
}

func TestStressFlags(t *testing.T) {
	for _, args := range [][]string{
		{"nothing-of-this-name"}, {"-seconds", "0"}, {"-programs", "-1"}, {"-again", "0"},
		{"-programs", "1", "-seconds", "1"}, {"-no-such-flag"},
	} {
		if code, out, err := stressed(t, args...); code != exitUsage || out != "" || err == "" {
			t.Errorf("%q: exit code %d\n%s%s", args, code, out, err)
		}
	}
	code, out, _ := stressed(t, "-h")
	if code != exitOK || !strings.Contains(out, "queue-history") || !strings.Contains(out, "-again") {
		t.Errorf("exit code %d\n%s", code, out)
	}
}

// Without a C compiler there is no race detector, and that is said.
func TestStressWithoutCompiler(t *testing.T) {
	t.Setenv("CC", "no-such-compiler")
	code, _, err := stressed(t, "-race", "-programs", "1", "spsc")
	if code != exitInconclusive || !strings.Contains(err, "C compiler") {
		t.Errorf("exit code %d: %s", code, err)
	}
}

// It builds its helper and plays what it is told to, and nothing is found.
func TestStressPlays(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds a program")
	}
	ledger := filepath.Join(t.TempDir(), "ledger.jsonl")
	code, out, err := stressed(t, "-programs", "2", "-ledger", ledger, "credit", "fence-history")
	if code != exitOK || !strings.Contains(out, ": 4 bouts, ") {
		t.Fatalf("exit code %d\n%s%s", code, out, err)
	}
	text, rerr := os.ReadFile(ledger)
	if rerr != nil || !strings.Contains(string(text), `"engine":"stress"`) {
		t.Errorf("%s, %v", text, rerr)
	}
}

// A find is a line with what it is, what it breaks, when, and a command.
func TestStressFind(t *testing.T) {
	helper := filepath.Join(t.TempDir(), "helper")
	script := "#!/bin/sh\n" +
		`echo '{"part":"spsc","seed":3,"bouts":2,"invariant":"I4","message":"lost"}'; exit 1`
	if err := os.WriteFile(helper, []byte(script), 0o777); err != nil {
		t.Fatal(err)
	}
	code, out, _ := stressed(t, "-helper", helper, "-race", "-noise", "-first", "-json")
	if code != exitFinding {
		t.Errorf("exit code %d", code)
	}
	var f struct{ Find, Invariant, Repro string }
	if err := json.Unmarshal([]byte(out), &f); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	want := "schedfuzz stress -race -noise -seed 3 -programs 1 -again 1000 spsc"
	if f.Find != "spsc/I4" || f.Invariant != "I4" || f.Repro != want {
		t.Errorf("%+v", f)
	}
}

package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestTable(t *testing.T) {
	tab := table{
		columns: []column{{"", "name"}, {"pair", "a"}, {"pair", "b"}, {"wide group", "c"}, {"", "d"}},
		rows:    [][]string{{"x", "1", "22", "3", ""}, {"longer é", "333", "4", "5", "6"}},
	}
	const want = `
            pair  wide group
name        a  b           c  d
x           1 22           3
longer é  333  4           5  6
`
	if got := "\n" + tab.String(); got != want {
		t.Errorf("%s\nwant%s", got, want)
	}
	tab = table{columns: []column{{"", "n"}, {"busy", "vertex"}, {"busy", "fragment"}},
		rows: [][]string{{"x", "1", "2"}}}
	const ruled = `
   ---- busy -----
n  vertex fragment
x       1        2
`
	if got := "\n" + tab.String(); got != ruled {
		t.Errorf("%s\nwant%s", got, ruled)
	}
}

func TestThousandths(t *testing.T) {
	for n, want := range map[int64]string{
		0: "0.0", 49: "0.0", 50: "0.1", 949: "0.9", 950: "1.0", 59_500: "59.5", 1_234_567: "1234.6",
	} {
		if got := milli(n); got != want {
			t.Errorf("%d: %s, want %s", n, got, want)
		}
	}
}

func TestFold(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"empty", "", ""},
		{"short", "a  b", "a  b\n"},
		{"as wide as it may be", strings.Repeat("x", 76) + " abc", strings.Repeat("x", 76) + " abc\n"},
		{"one more", strings.Repeat("x", 76) + " abcd", strings.Repeat("x", 76) + "\n>>abcd\n"},
		{"long word", "a " + strings.Repeat("x", 90) + " b",
			"a\n>>" + strings.Repeat("x", 90) + "\n>>b\n"},
		{"runes", strings.Repeat("é", 78) + " é é", strings.Repeat("é", 78) + " é\n>>é\n"},
		{"head with spaces", "  -f     " + strings.Repeat("word ", 20),
			"  -f     word word word word word word word word word word word word word word\n" +
				">>word word word word word word\n"},
	} {
		var b strings.Builder
		fold(&b, ">>", c.text)
		if b.String() != c.want {
			t.Errorf("%s: %q, want %q", c.name, b.String(), c.want)
		}
	}
}

func TestProgressOnATerminal(t *testing.T) {
	var out bytes.Buffer
	p := &progress{out: &out, tty: true, shown: time.Now()}
	p.update("too early")
	if out.Len() != 0 {
		t.Errorf("written at once: %q", &out)
	}
	p.shown = time.Time{}
	p.update("file %d", 1)
	p.update("too soon after")
	p.step("next")
	p.end()
	p.end()
	if want := "\r\x1b[Kfile 1\r\x1b[Knext\r\x1b[K"; out.String() != want {
		t.Errorf("%q, want %q", out.String(), want)
	}
}

func TestProgressWithoutATerminal(t *testing.T) {
	f, err := os.Create(filepath.Join(t.TempDir(), "stderr"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if newProgress(f).tty {
		t.Error("a file is taken for a terminal")
	}
	var out bytes.Buffer
	p := newProgress(&out)
	p.shown = time.Time{}
	p.update("a detail")
	p.step("step %d", 1)
	p.end()
	if out.String() != "step 1\n" {
		t.Errorf("%q", out.String())
	}
}

package profile_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"credence/hwmock/profile"
)

// FuzzParse feeds any text: Parse either says what is wrong, and where in the
// text, or returns a profile whose values read back to the same one.
func FuzzParse(f *testing.F) {
	f.Add(strings.Join(small, "\n"))
	f.Add("")
	for _, name := range profile.Names() {
		p, err := profile.Load(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(print(p))
	}
	for _, b := range broken {
		f.Add(strings.Join(breakLine(b.at, b.line), "\n"))
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, err := profile.Parse("x", strings.NewReader(text))
		if err != nil {
			var e *profile.Error
			lines := strings.Count(text, "\n") + 1
			if p != nil || !errors.As(err, &e) || e.Line < 1 || e.Line > lines {
				t.Fatalf("of %d lines: %v", lines, err)
			}
			if !strings.Contains(e.Msg, "; permitted: ") {
				t.Fatalf("no remedy in %v", err)
			}
			return
		}
		q, err := profile.Parse("x", strings.NewReader(print(p)))
		if err != nil || !reflect.DeepEqual(withoutValues(*p), withoutValues(*q)) {
			t.Fatalf("read back: %v\n%s", err, print(p))
		}
	})
}

// print returns the values of p as a profile file.
func print(p *profile.Profile) string {
	var b strings.Builder
	for _, v := range p.Values() {
		b.WriteString(v.String() + "\n")
	}
	return b.String()
}

package study

import (
	"bytes"
	"strings"
	"testing"
)

// small is a study of two comparisons.
func small() Config {
	c := Quick()
	c.Devices, c.Works = []string{"apple-m1"}, []string{"gen:saturate"}
	c.Time /= 20
	return c
}

func TestReadShardRefuses(t *testing.T) {
	var b bytes.Buffer
	p := plan(t, small())
	if err := p.WriteShard(&b, Whole, study(t, p, Whole, 1)); err != nil {
		t.Fatal(err)
	}
	good := b.String()
	lines := strings.SplitAfter(good, "\n")
	for _, c := range []struct{ name, text, want string }{
		{"empty", "", "x:1: the file is cut short"},
		{"text", "hello\n", "x:1: no shard of a study"},
		{"another format", strings.Replace(good, format, "credence-study-0", 1), "x:1: no shard"},
		{"cut at a line", lines[0] + lines[1], "x:3: the file is cut short"},
		{"cut in a line", good[:len(good)-20], "x:3: "},
		{"a line too many", good + lines[2], "x:5: the file is cut short"},
		{"shard", strings.Replace(good, `"Part":1`, `"Part":2`, 1), "x:1: shard 2/1"},
		{"no time", strings.Replace(good, `"Time":`, `"Time":-`, 1), "x:1: -"},
		{"unknown field", strings.Replace(good, `"Jain`, `"Jane`, 1), `x:2: json: unknown field`},
		{"another flow", strings.Replace(good, `"Flow":"lanes"`, `"Flow":"lines"`, 1),
			`x:2: flow "lines" where "lanes" is to be`},
		{"another device", strings.Replace(good, `{"Device":"apple-m1"`, `{"Device":"m9"`, 1),
			`x:2: a comparison of 7 flows on device "m9"`},
		{"two values", strings.Replace(good, "\n", " {}\n", 1), "x:1: "},
	} {
		part, err := ReadShard("x", strings.NewReader(c.text))
		if err == nil || !strings.HasPrefix(err.Error(), c.want) ||
			!strings.Contains(err.Error(), "run schedbench study -shard again") {
			t.Errorf("%s: %v, %v; want %q", c.name, part, err, c.want)
		}
	}
	if _, err := ReadShard("x", strings.NewReader(good)); err != nil {
		t.Error(err)
	}
}

func TestMergeRefuses(t *testing.T) {
	p := plan(t, small())
	one, two := throughFile(t, p, Shard{1, 2}), throughFile(t, p, Shard{2, 2})
	other := small()
	other.Seed = 2
	strange := throughFile(t, plan(t, other), Shard{2, 2})
	for _, c := range []struct {
		parts []*Part
		want  string
	}{
		{nil, "no shard to merge"},
		{[]*Part{two}, "shard 1/2 is missing"},
		{[]*Part{one, two, one}, "1/2:1: shard 1/2 is in 1/2 already"},
		{[]*Part{one, strange}, "2/2:1: not of the same study as 1/2"},
	} {
		if r, err := Merge(c.parts); err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%v, %v; want %q", r, err, c.want)
		}
	}
	if _, err := Merge([]*Part{two, one}); err != nil {
		t.Error(err)
	}
}

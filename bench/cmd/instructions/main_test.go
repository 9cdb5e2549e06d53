package main

import (
	"bytes"
	"strings"
	"testing"

	"credence/bench/slope"
)

func TestUsageAndWrongFlags(t *testing.T) {
	for _, c := range []struct {
		args []string
		code int
		text string
	}{
		{[]string{"-h"}, 0, "Exit codes:"},
		{[]string{"-x"}, 2, "-x"},
		{[]string{"-rows", "("}, 2, "missing closing"},
		{[]string{"-n", "10"}, 2, "1000 to 1000000"},
		{[]string{"job"}, 2, `"job" is no flag`},
	} {
		var out, errs bytes.Buffer
		if code := run(t.Context(), &out, &errs, c.args); code != c.code {
			t.Errorf("%v: code %d, want %d", c.args, code, c.code)
		}
		if text := out.String() + errs.String(); !strings.Contains(text, c.text) {
			t.Errorf("%v: %q does not say %q", c.args, text, c.text)
		}
	}
}

func TestRows(t *testing.T) {
	s := &slope.Slope{N: 1000, Groups: []slope.Group{
		{Name: "credence/core/sched", Delta: 1_000_000},
		{Name: "credence/core/fence", Delta: 500_000},
		{Name: "credence/bench/micro_test", Delta: 200_000},
		{Name: slope.Runtime, Delta: 7_000_000},
	}}
	for name, want := range map[string]string{
		"policy=fifo/flow=credits:126/busy=64/rest=none": "1700  1500   200    1386        1.23       0",
		"policy=fifo/flow=lanes/busy=64/rest=none":       "1700  1500   200       -           -       0",
		"policy=rr/flow=credits:126/busy=1/rest=9-idle":  "1700  1500   200       -           -       0",
	} {
		got := format(rowOf(benchmark+"/"+name, s))
		if !strings.HasPrefix(got, name) || !strings.HasSuffix(got, want) {
			t.Errorf("%q, want %q at its end", got, want)
		}
		if len(got)+1 != len(header) {
			t.Errorf("a row of %d bytes under a header of %d", len(got)+1, len(header))
		}
	}
}

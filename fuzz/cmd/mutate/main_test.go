package main

import (
	"bytes"
	"context"
	"strings"
	"testing"
)

func TestWrongFlags(t *testing.T) {
	for _, c := range []struct {
		args string
		code int
		says string
	}{
		{"-h", 0, "Examples:"},
		{"-kinds some", 2, "there are gremlins, shared and all"},
		{"-sample -1", 2, "0 or more"},
		{"-workers 0", 2, "1 or more"},
		{"-no", 2, "not defined"},
		{"no/such", 2, "there is no folder no/such"},
	} {
		var out, errs bytes.Buffer
		code := run(context.Background(), strings.Fields(c.args), &out, &errs)
		if code != c.code || !strings.Contains(errs.String(), c.says) {
			t.Errorf("mutate %s: exit %d, %q; want %d and %q", c.args, code, errs.String(), c.code, c.says)
		}
	}
}

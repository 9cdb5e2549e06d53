package workload_test

import (
	"errors"
	"os"
	"strings"
	"testing"

	"credence/core/fence"
	"credence/hwmock/workload"
)

// FuzzParse holds that no bytes make the parser, the compiler or the clients
// panic, that errors name a line, and that the canonical form is a fixed point.
func FuzzParse(f *testing.F) {
	for _, path := range ownFiles(f) {
		if text, err := os.ReadFile(path); err == nil {
			f.Add(text)
		}
	}
	for _, text := range []string{
		everything, "", "\x00", "1.RCS.1.0.0", "f\n1.RCS.5.f-1.0\na.-2\ns.-2", "1.RCS.*.0.0\nT.-1",
		"b.1.VCS1|VCS2-1.RCS,S.1.-1,1.RCS.1-2.0.1,2.RCS.3.s-1/-1/f-1.0", "W.0.1n1k-2g,1.DEFAULT.1.w0-0.1",
		"1.RCS.3600000000.0.1,p.3600000000", "t.1,1.RCS.1.0.0", "q.4096,1.RCS.1.0.0", "# only\r\n,,,",
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		w, err := workload.Parse("fuzz.wsim", strings.NewReader(string(text)))
		if err != nil {
			checkMessage(t, err)
			return
		}
		canonical := w.String()
		again, err := parse(canonical)
		if err != nil && len(canonical) <= workload.MaxFileBytes {
			t.Fatalf("the canonical form is refused: %v\n%s", err, canonical)
		}
		if err == nil && again.String() != canonical {
			t.Fatalf("the canonical form is no fixed point:\n%s\n%s", canonical, again)
		}
		p, err := w.Compile(testDevice)
		if err != nil {
			checkMessage(t, err)
			return
		}
		h := newHost(3)
		g := group(t, p, h, workload.Options{Clients: 2, Repeats: 3})
		for _, c := range g.Clients() {
			c.Resume()
		}
		for i := 0; i < 200 && h.tick(fence.Never); i++ {
			h.resume()
		}
		g.Close()
		h.drain(t)
	})
}

// checkMessage verifies the form "file:line: what; what to do".
func checkMessage(t *testing.T, err error) {
	t.Helper()
	var line int
	var syntax *workload.SyntaxError
	var unsupported *workload.UnsupportedError
	switch {
	case errors.As(err, &syntax):
		line = syntax.Line
	case errors.As(err, &unsupported):
		line = unsupported.Line
	}
	if line < 1 || !strings.HasPrefix(err.Error(), "fuzz.wsim:") ||
		!strings.Contains(err.Error(), "; ") {
		t.Fatalf("the message is %q, of line %d", err, line)
	}
}

package main

import (
	"fmt"
	"io"
	"os"
	"time"
)

// progress shows how far a run has come, on a line of a terminal that is
// written anew.
type progress struct {
	out   io.Writer
	tty   bool
	shown time.Time
	begun bool
}

// redrawEvery is how long the line stands before it is written anew.
const redrawEvery = 200 * time.Millisecond

func newProgress(out io.Writer) *progress {
	return &progress{out: out, tty: isTerminal(out), shown: time.Now()}
}

// isTerminal reports whether w is a character device.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	st, err := f.Stat()
	return err == nil && st.Mode()&os.ModeCharDevice != 0
}

// step says that something new begins: in the line, or without a terminal in a
// line of its own.
func (p *progress) step(format string, args ...any) {
	if !p.tty {
		fmt.Fprintf(p.out, format+"\n", args...)
		return
	}
	p.shown = time.Time{}
	p.update(format, args...)
}

// update replaces the line, unless it was written a moment ago. Without a
// terminal it writes nothing.
func (p *progress) update(format string, args ...any) {
	if !p.tty || time.Since(p.shown) < redrawEvery {
		return
	}
	p.shown, p.begun = time.Now(), true
	fmt.Fprintf(p.out, "\r\033[K"+format, args...)
}

// end clears the line.
func (p *progress) end() {
	if p.begun {
		fmt.Fprint(p.out, "\r\033[K")
		p.begun = false
	}
}

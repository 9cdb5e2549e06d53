package main

import (
	"fmt"
	"io"
	"os"
	"time"
)

// progress shows on a terminal how far a run has come, and writes nothing
// anywhere else.
type progress struct {
	out          io.Writer // nil if there is no terminal
	start, shown time.Time
	whole        time.Duration
}

// redrawEvery is how long the line stands before it is written anew.
const redrawEvery = 250 * time.Millisecond

func newProgress(out io.Writer, whole time.Duration) *progress {
	p := &progress{start: time.Now(), whole: whole}
	if f, ok := out.(*os.File); ok {
		if st, err := f.Stat(); err == nil && st.Mode()&os.ModeCharDevice != 0 {
			p.out = out
		}
	}
	return p
}

// update says that taken samples are there.
func (p *progress) update(taken int) {
	now := time.Now()
	if p.out == nil || now.Sub(p.shown) < redrawEvery {
		return
	}
	p.shown = now
	fmt.Fprintf(p.out, "\r%v of %v, %d samples ", now.Sub(p.start).Round(time.Second), p.whole, taken)
}

// step says that the i-th of n things has begun.
func (p *progress) step(i, n int, name string) {
	if p.out != nil {
		fmt.Fprintf(p.out, "\r\033[K%d of %d: %s ", i+1, n, name)
	}
}

// end clears the line.
func (p *progress) end() {
	if p.out != nil {
		fmt.Fprint(p.out, "\r\033[K")
	}
}

package gate

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"
)

// Acceptance says who took a change for right, when and why.
type Acceptance struct {
	When           time.Time
	Author, Reason string
	Commit         string // of the source that was measured
}

// String is the acceptance in one line, as it stands in the ledger.
func (a Acceptance) String() string {
	return fmt.Sprintf("%s  %s  %s: %s", a.When.UTC().Format(time.DateOnly), a.Commit, a.Author,
		a.Reason)
}

// reasonKey begins the line of a baseline that holds its reason.
const reasonKey = "# reason: "

// WriteBaseline writes what is to be accepted from now on: the exact figures and
// instructions of s, and those of old (which may be nil) that s does not have. It
// returns how many of them are not as in old. Host time is not among them: it is
// compared with the merge base, where an accepted change soon is itself.
func WriteBaseline(w io.Writer, a Acceptance, s, old *Set) (changed int, err error) {
	b := &baseline{declared: map[string]bool{}}
	fmt.Fprintf(b, "# date: %s\n# commit: %s\n# author: %s\n%s%s\n", a.When.UTC().Format(time.RFC3339),
		a.Commit, a.Author, reasonKey, a.Reason)
	for _, x := range s.Series {
		if x.Kind == Host {
			continue
		}
		if line, other, varies := variation(x); varies && x.Kind == Exact {
			return 0, &Problem{s.Name, other, fmt.Sprintf("%s of %s differs from line %d", x.Unit, x.Name,
				line), "it is declared exact: make it repeat before it is accepted"}
		}
		if old == nil || old.Find(x.Row) == nil || !near(old.Find(x.Row), x) {
			changed++
		}
		b.add(x)
	}
	if b.rows == 0 {
		return 0, &Problem{s.Name, 0, "it has no exact figures and no instructions",
			"host time cannot be accepted: it is compared with the merge base"}
	}
	if old != nil {
		for _, x := range old.Series {
			if s.Find(x.Row) == nil {
				b.add(x)
			}
		}
	}
	fmt.Fprintf(b, "%scomplete, 1 rounds, %d samples\n", statusPrefix, b.rows)
	_, err = io.WriteString(w, b.String())
	return changed, err
}

// baseline is a file under way.
type baseline struct {
	strings.Builder
	declared map[string]bool // units
	pkg      string          // in force
	rows     int
}

// add writes a row, and above it what it needs.
func (b *baseline) add(x *Series) {
	if x.Kind == Exact && !b.declared[x.Unit] {
		b.declared[x.Unit] = true
		fmt.Fprintf(b, "Unit %s assume=exact%s\n", x.Unit,
			[]string{" better=lower", "", " better=higher"}[x.Better+1])
	}
	if x.Pkg != b.pkg {
		b.pkg = x.Pkg
		fmt.Fprintf(b, "pkg: %s\n", b.pkg)
	}
	fmt.Fprintf(b, "Benchmark%s 1 %s %s\n", x.Name,
		strconv.FormatFloat(x.Samples[0].Value, 'f', -1, 64), x.Unit)
	b.rows++
}

// near reports whether two figures without noise are the same.
func near(a, b *Series) bool {
	x, y := a.Samples[0].Value, b.Samples[0].Value
	return x == y || a.Kind == Instructions && math.Abs(x-y) <= 0.001*math.Abs(x)
}

// Reason returns why a baseline's text was accepted, "" if it does not say.
func Reason(text string) string {
	for line := range strings.SplitSeq(text, "\n") {
		if r, ok := strings.CutPrefix(line, reasonKey); ok {
			return r
		}
	}
	return ""
}

package explore

import (
	"fmt"
	"io"
	"strings"
)

// Trace is one execution, step by step.
type Trace struct {
	// Threads are the columns.
	Threads []string
	Steps   []Step
	// Verdict and Message are how it ended.
	Verdict Verdict
	Message string `json:",omitempty"`
	// Nearest is, beside a failure, the passing execution that has most steps in
	// common with it, and Differs the first step, from 0 on, that it has not.
	Nearest *Trace `json:",omitempty"`
	Differs int    `json:",omitempty"`
}

// Step is one thing that a thread did.
type Step struct {
	Thread int
	// Op is the operation, such as "cas"; "choose" for a choice and "access" for
	// the plain access that ends a data race.
	Op string
	// Word is what it was done to, by its path in the program's state.
	Word string `json:",omitempty"`
	// Old and New are what the word held before and after.
	Old string `json:",omitempty"`
	New string `json:",omitempty"`
	// Failed: the operation did not happen. Of a lock and a park, the thread sleeps.
	Failed bool `json:",omitempty"`
	// Asleep has bit i set if thread i sleeps after the step.
	Asleep uint8 `json:",omitempty"`
	// At is the place in the code, and Func the exported function around it.
	At   string `json:",omitempty"`
	Func string `json:",omitempty"`
}

// String describes the step without its thread.
func (s *Step) String() string {
	switch s.Op {
	case "choose":
		return "chooses " + s.New
	case "access":
		return s.New + " " + s.Word
	case "load":
		return s.Word + " is " + s.Old
	case "lock", "park":
		if s.Failed {
			return s.Op + " " + s.Word + ": SLEEPS"
		}
		return s.Op + " " + s.Word
	case "trypark":
		if s.Failed {
			return s.Op + " " + s.Word + ": no token"
		}
		return s.Op + " " + s.Word
	case "unlock", "unpark":
		return s.Op + " " + s.Word
	case "cas":
		if s.Failed {
			return s.Word + " is " + s.Old + ", cas fails"
		}
	}
	if s.Old == s.New {
		return fmt.Sprintf("%s stays %s (%s)", s.Word, s.New, s.Op)
	}
	return fmt.Sprintf("%s %s -> %s (%s)", s.Word, s.Old, s.New, s.Op)
}

// nearestSteps is how much of the nearest pass is shown.
const nearestSteps = 5

// Print writes the trace as a table: a line a step, a column a thread, with z in
// the columns of those who sleep, and the place in the code. Beside a failure
// stands the nearest run that passes, from the step on at which it differs, a few
// steps of it.
func (t *Trace) Print(w io.Writer) error {
	widths := t.widths()
	var b strings.Builder
	t.header(&b, widths)
	t.lines(&b, widths, 0, len(t.Steps))
	fmt.Fprintf(&b, "%v: %s\n", t.Verdict, t.Message)
	if n := t.Nearest; n != nil {
		fmt.Fprintf(&b, "\nThe nearest run that passes, in %d steps, differs from step %d on:\n",
			len(n.Steps), t.Differs+1)
		n.lines(&b, n.widths(), t.Differs, min(len(n.Steps), t.Differs+nearestSteps))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (t *Trace) widths() []int {
	list := make([]int, len(t.Threads))
	for i, n := range t.Threads {
		list[i] = len(n)
	}
	for i := range t.Steps {
		s := &t.Steps[i]
		list[s.Thread] = max(list[s.Thread], len(s.String()))
	}
	return list
}

func (t *Trace) header(b *strings.Builder, widths []int) {
	line := "      "
	for i, n := range t.Threads {
		line += fmt.Sprintf("%-*s  ", widths[i], n)
	}
	b.WriteString(strings.TrimRight(line, " ") + "\n")
}

func (t *Trace) lines(b *strings.Builder, widths []int, from, to int) {
	for i := from; i < to; i++ {
		s := &t.Steps[i]
		line := fmt.Sprintf("%4d  ", i+1)
		for c := range t.Threads {
			cell := ""
			if c == s.Thread {
				cell = s.String()
			} else if s.Asleep>>c&1 != 0 {
				cell = "z"
			}
			line += fmt.Sprintf("%-*s  ", widths[c], cell)
		}
		if s.At != "" {
			line += s.At
			if s.Func != "" {
				line += " " + s.Func
			}
		}
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
}

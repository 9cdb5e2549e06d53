//go:build explore

package scenario

import (
	"fmt"
	"os/exec"
	"strings"

	"credence/fuzz/explore"
)

// Answer is what came of a piece of evidence.
type Answer struct {
	Found string
	OK    bool           // as expected
	Trace *explore.Trace // shortest, of a failure
}

// Line is the command that shows the evidence, to be pasted in the source tree.
func (e *Evidence) Line() string {
	const schedfuzz = "go run ./fuzz/cmd/schedfuzz explore "
	switch {
	case e.Command != "":
		return e.Command
	case e.Cell != nil:
		return schedfuzz + "-trace '" + e.Cell.String() + "'"
	case e.CoreCell != nil:
		return schedfuzz + "-trace '" + e.CoreCell.String() + "'"
	case e.Exhausts:
		return schedfuzz + "-strategy dpor '" + e.Scenario + "'"
	}
	return schedfuzz + "-trace '" + e.Scenario + "'"
}

// Check plays one piece of evidence, or runs its command in dir. exhaust has the
// argument of 2023 played to its end where the gate bounds it: some seconds each.
func (e *Evidence) Check(dir string, exhaust bool) (Answer, error) {
	switch {
	case e.Command != "":
		return e.command(dir)
	case e.Cell != nil:
		return e.cell(e.Cell.Settle())
	case e.CoreCell != nil:
		return e.cell(e.CoreCell.Settle())
	}
	return e.scenario(exhaust)
}

func (e *Evidence) cell(o Outcome, err error) (Answer, error) {
	if err != nil {
		return Answer{}, err
	}
	return Answer{Found: fmt.Sprintf("%v (%v, %d executions)", o, o.Coverage, o.Executions),
		OK: o.String() == e.Outcome}, nil
}

func (e *Evidence) scenario(exhaust bool) (a Answer, err error) {
	s, there := Find(e.Scenario)
	if !there {
		return a, fmt.Errorf("there is no scenario %q", e.Scenario)
	}
	if exhaust && e.Exhausts {
		s.Options = explore.Options{}
	}
	r, err := explore.Run(s.Program(), s.Options)
	if err != nil {
		return a, err
	}
	a.OK = r.Verdict == e.Expect
	if r.Verdict == explore.Passed {
		a.Found = fmt.Sprintf("%v, %d executions", r, r.Executions)
		a.OK = a.OK && r.Coverage.Complete()
		return a, nil
	}
	if r, err = explore.Minimize(s.Program(), r); err != nil {
		return a, err
	}
	a.Trace = r.Trace
	plural := "s"
	if r.Preemptions == 1 {
		plural = ""
	}
	a.Found = fmt.Sprintf("%v in %d steps, %d preemption%s", r.Verdict, len(r.Trace.Steps), r.Preemptions, plural)
	return a, nil
}

// command runs the command, whose words are separated by blanks and may stand in
// single quotes, and looks for what must be in its output.
func (e *Evidence) command(dir string) (a Answer, err error) {
	words := Words(e.Command)
	cmd := exec.Command(words[0], words[1:]...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		return a, fmt.Errorf("%s: %w\n%s", e.Command, err, out)
	}
	// Columns are padded by what else stands in them.
	text := strings.Join(strings.Fields(string(out)), " ")
	a.OK = true
	for _, w := range e.Want {
		if !strings.Contains(text, w) {
			a.OK = false
			a.Found = fmt.Sprintf("its output has no %q; ", w)
		}
	}
	a.Found += e.Shows
	return a, nil
}

// Words splits a command line as a shell does, of which it knows single quotes.
func Words(line string) (words []string) {
	for i, part := range strings.Split(line, "'") {
		if i%2 == 1 {
			words = append(words, part)
		} else {
			words = append(words, strings.Fields(part)...)
		}
	}
	return words
}

package gate

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// statusPrefix begins the last line of a file that this project's runner wrote,
// as in "# status: complete, 10 rounds, 670 samples".
const statusPrefix = "# status: "

// maxLine is the length from which a line is taken for damage.
const maxLine = 60 << 10

// checkText refuses files that are no text, or that end too early. A file must
// end in the runner's status line, with the count of samples that it has, or as
// `go test` ends its output.
func checkText(name string, text []byte) error {
	switch {
	case len(text) == 0:
		return &Problem{name, 0, "it is empty", "measure again"}
	case len(text) > MaxFile:
		return &Problem{name, 0, fmt.Sprintf("it has more than %d MiB", MaxFile>>20),
			"it is no results file, or many: compare fewer at once"}
	case text[len(text)-1] != '\n':
		return &Problem{name, 1 + bytes.Count(text, []byte("\n")),
			"the last line has no end: the file was cut short", "measure again"}
	}
	var end ending
	n := 0
	for line := range bytes.Lines(text) {
		n++
		line = bytes.TrimRight(line, "\r\n")
		switch {
		case bytes.IndexByte(line, 0) >= 0 || !utf8.Valid(line):
			return &Problem{name, n, "it is no text", "name a file of Go's benchmark format"}
		case len(line) > maxLine:
			return &Problem{name, n, "the line has more than 60 KiB", "the file is damaged: measure again"}
		}
		if err := end.line(name, n, string(line)); err != nil {
			return err
		}
	}
	return end.check(name, n)
}

// ending looks for what marks a file as whole.
type ending struct {
	samples int    // lines of results
	status  string // of the last status line
	after   bool   // results came behind it
	goEnd   bool   // the last line that counts was PASS or ok
}

func (e *ending) line(name string, n int, line string) error {
	switch {
	case strings.HasPrefix(line, statusPrefix):
		e.status, e.after = line[len(statusPrefix):], false
	case strings.HasPrefix(line, "Benchmark") && len(strings.Fields(line)) > 1:
		e.samples++
		e.after, e.goEnd = true, false
	case line == "PASS" || strings.HasPrefix(line, "ok  \t"):
		e.goEnd = true
	case line == "FAIL" || strings.HasPrefix(line, "FAIL\t") ||
		strings.HasPrefix(line, "--- FAIL") || strings.HasPrefix(line, "panic: "):
		return &Problem{name, n, "a benchmark failed: " + line,
			"make it pass: figures of a broken benchmark are not compared"}
	}
	return nil
}

// check is called at the end, in line n.
func (e *ending) check(name string, n int) error {
	switch {
	case e.samples == 0:
		return &Problem{name, n, "it has no results", "measure again"}
	case e.status == "" && !e.goEnd:
		return &Problem{name, n, "it ends neither in a status line nor in go test's PASS or ok: " +
			"it was cut short", "measure again, and keep the whole output"}
	case e.status == "":
		return nil
	case e.after:
		return &Problem{name, n, "results follow the status line", "give one run a file of its own"}
	case !strings.HasPrefix(e.status, "complete,"):
		return &Problem{name, n, "the run was not completed: " + e.status, "measure again"}
	}
	f := strings.Fields(e.status)
	if len(f) < 2 || f[len(f)-1] != "samples" {
		return &Problem{name, n, "the status line is damaged: " + e.status, "measure again"}
	}
	want, err := strconv.Atoi(f[len(f)-2])
	if err != nil || want != e.samples {
		return &Problem{name, n, fmt.Sprintf("the status line promises %s samples, there are %d",
			f[len(f)-2], e.samples), "lines are missing or were added: measure again"}
	}
	return nil
}

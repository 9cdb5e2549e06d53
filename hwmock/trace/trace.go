package trace

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"credence/core/fence"
)

// Trace is what a file has of jobs.
type Trace struct {
	Name  string // of the file, as it stands in messages
	Table bool   // it was a table of jobs
	Jobs  []Job  // in the order of their submission
	// Lines is how many lines the file has, Events how many were events of jobs or
	// rows of the table, Others how many were other events.
	Lines, Events, Others int
	// Twice is how many jobs were left aside because the kernel wrote of them in
	// events of another form, too.
	Twice    int
	Problems Problems
}

// ReadFile reads a file. Its errors are those of opening and reading it.
func ReadFile(path string) (*Trace, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return Read(path, f)
}

// Read reads a trace, whose name is for messages. An error is the reader's own;
// what is wrong with the text goes to Problems.
func Read(name string, r io.Reader) (*Trace, error) {
	t := &Trace{Name: name}
	l := newLines(r)
	p := &parser{trace: t, names: names{}, last: NotRecorded}
	var err error
	for err = l.next(); err == nil; err = l.next() {
		t.Lines++
		switch line := bytes.TrimSpace(l.text); {
		case l.tooLong:
			t.report(l.number, TooLong, "is longer than %d bytes: skipped; it begins %s",
				MaxLine, clip(line))
		case p.table != nil:
			p.row(l.number, line)
		case len(line) == 0 || p.notes(l.number, line):
		case p.isTable(line):
			p.begin(l.number, line)
		default:
			p.line(l.number, l.text)
		}
	}
	if !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s:%d: %w", name, l.number, err)
	}
	p.finish()
	return t, nil
}

// Complete returns how many jobs have all three instants.
func (t *Trace) Complete() int {
	n := 0
	for i := range t.Jobs {
		if t.Jobs[i].Complete() {
			n++
		}
	}
	return n
}

// parser reads the lines of either format.
type parser struct {
	trace  *Trace
	names  names
	fields []field
	last   fence.Time // of the latest line
	window window
	jobs   [numStyles]assembly
	table  *table
}

// finish puts the jobs together.
func (p *parser) finish() {
	t := p.trace
	if p.table == nil {
		for _, e := range p.window.rest() {
			p.apply(e)
		}
		p.choose()
	}
	slices.SortStableFunc(t.Jobs, func(a, b Job) int {
		return int(max(-1, min(1, a.arrival()-b.arrival())))
	})
}

// choose keeps the form of events with the most complete jobs, of equals the one
// with the most jobs: a kernel may write of one job in two.
func (p *parser) choose() {
	t := p.trace
	best := 0
	complete := make([]int, numStyles)
	for s := range p.jobs {
		t.Jobs = p.jobs[s].jobs
		complete[s] = t.Complete()
		more := len(t.Jobs) - len(p.jobs[best].jobs)
		if complete[s] > complete[best] || complete[s] == complete[best] && more > 0 {
			best = s
		}
	}
	for s := range p.jobs {
		if s != best {
			t.Twice += len(p.jobs[s].jobs)
		}
	}
	t.Jobs = p.jobs[best].jobs
}

package workload

import (
	"bytes"
	"fmt"
	"io"
	"strings"
)

// parser carries what is known while a file is read from top to bottom.
type parser struct {
	w          *Workload
	line       int         // of the step being read
	sets       map[int]int // working set number -> index of its step
	vms        map[int64]int
	objects    int // objects of all working sets so far
	references int // objects that all batches name
}

// Parse reads a workload file. The name stands in messages only. Errors of the
// file are of type *SyntaxError; an error of r is returned wrapped, with the
// name. It reads at most MaxFileBytes and allocates in proportion to what it
// read.
func Parse(name string, r io.Reader) (*Workload, error) {
	text, err := io.ReadAll(io.LimitReader(r, MaxFileBytes+1))
	if err != nil {
		return nil, fmt.Errorf("%s: reading the workload: %w", name, err)
	}
	p := &parser{w: &Workload{Name: name}, line: 1, sets: map[int]int{}, vms: map[int64]int{}}
	if len(text) > MaxFileBytes {
		return nil, p.errorf("the file is longer than %d bytes; give a wsim file, or split it",
			MaxFileBytes)
	}
	if err := p.file(text); err != nil {
		return nil, err
	}
	if err := p.check(); err != nil {
		return nil, err
	}
	return p.w, nil
}

// errorf returns an error of the present line.
func (p *parser) errorf(format string, args ...any) error {
	return p.errorAt(p.line, format, args...)
}

func (p *parser) errorAt(line int, format string, args ...any) error {
	return &SyntaxError{File: p.w.Name, Line: line, Msg: fmt.Sprintf(format, args...)}
}

// file reads all lines.
func (p *parser) file(text []byte) error {
	text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))
	for rest := text; len(rest) > 0; p.line++ {
		var line []byte
		line, rest, _ = bytes.Cut(rest, []byte{'\n'})
		if err := p.checkText(line); err != nil {
			return err
		}
		if err := p.steps(string(line)); err != nil {
			return err
		}
	}
	p.line = max(1, p.line-1)
	if len(p.w.Steps) == 0 {
		return p.errorf("the file has no step; write one a line, such as 1.RCS.1000.0.1")
	}
	return nil
}

// checkText refuses what is not a line of text.
func (p *parser) checkText(line []byte) error {
	if len(line) > MaxLineBytes {
		return p.errorf("the line is longer than %d bytes; write one step a line", MaxLineBytes)
	}
	line = bytes.TrimSuffix(line, []byte{'\r'})
	for _, c := range line {
		if c < ' ' && c != '\t' || c == 0x7f {
			return p.errorf("byte 0x%02x is not text; give a wsim file, which is plain text "+
				"with one step a line, such as 1.RCS.1000.0.1", c)
		}
	}
	return nil
}

// steps reads the steps of a line, which commas separate. What follows a # is
// comment; blank steps take no index.
func (p *parser) steps(line string) error {
	line, _, _ = strings.Cut(line, "#")
	for text := range strings.SplitSeq(line, ",") {
		text = strings.TrimSpace(text)
		if text == "" {
			continue
		}
		if err := p.step(text); err != nil {
			return err
		}
	}
	return nil
}

// step reads one step and appends it.
func (p *parser) step(text string) error {
	if len(p.w.Steps) == MaxSteps {
		return p.errorf("more than %d steps; shorten the file", MaxSteps)
	}
	fields := strings.Split(text, ".")
	kind, ok := kindOf(fields[0])
	if !ok {
		return p.errorf("%s starts no step; a batch is %v, other steps start with one of %s",
			quote(text), KindBatch, letters())
	}
	if have, want := len(fields), forms[kind].fields; have != want {
		return p.errorf("%s has %s, not %d; write %v", quote(text), count(have, "field"), want, kind)
	}
	s := Step{Kind: kind, Line: p.line, Index: len(p.w.Steps)}
	if err := parsers[kind](p, &s, fields); err != nil {
		return err
	}
	p.w.Steps = append(p.w.Steps, s)
	return nil
}

// letters lists the first fields of the steps that are not batches.
func letters() string {
	list := make([]string, 0, numKinds)
	for k := KindBatch + 1; k < numKinds; k++ {
		if list = append(list, forms[k].letter); k == KindWorkingSet {
			list = append(list, "W")
		}
	}
	return strings.Join(list, " ")
}

// quote quotes a piece of the file, shortened where it is long.
func quote(s string) string {
	const most = 40
	if len(s) > most {
		return fmt.Sprintf("%q...", s[:most])
	}
	return fmt.Sprintf("%q", s)
}

// count writes a number with its noun.
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

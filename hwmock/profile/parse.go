package profile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Limits of a profile file, in bytes.
const (
	MaxFile = 1 << 20
	MaxLine = 4096
)

// form is what a line of a profile looks like, as messages say it.
const form = "key = value unit # mark: source"

// parser is what Parse knows so far.
type parser struct {
	file  string
	p     *Profile
	about []string // the notes before the first key
}

func (s *parser) errorf(line int, format string, args ...any) error {
	return &Error{s.file, line, fmt.Sprintf(format, args...)}
}

// Parse reads a profile. name stands in messages, and without folder and
// extension it is the profile's name. It stops at the first thing wrong, with
// an *Error: what it is, and what is permitted in its place. Errors of r are
// returned wrapped.
func Parse(name string, r io.Reader) (*Profile, error) {
	text, err := io.ReadAll(io.LimitReader(r, MaxFile+1))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	s := &parser{file: name, p: &Profile{}}
	base := name[strings.LastIndexByte(name, '/')+1:]
	s.p.Name = strings.TrimSuffix(base, Extension)
	last := bytes.Count(text, []byte("\n")) + 1
	if len(text) > MaxFile {
		return nil, s.errorf(last, "the file goes on; permitted: at most %d bytes", MaxFile)
	}
	n := 0
	for line := range bytes.Lines(text) {
		n++
		if err := s.line(n, bytes.TrimRight(line, "\r\n")); err != nil {
			return nil, err
		}
	}
	return s.finish(max(n, 1))
}

// line reads one line.
func (s *parser) line(n int, raw []byte) error {
	if len(raw) > MaxLine {
		return s.errorf(n, "a line of %d bytes; permitted: at most %d", len(raw), MaxLine)
	}
	if i := notText(raw); i >= 0 {
		return s.errorf(n, "byte 0x%02x in column %d; permitted: text in UTF-8", raw[i], i+1)
	}
	line := strings.TrimSpace(string(raw))
	if line == "" || line[0] == '#' {
		if len(s.p.values) == 0 && line != "" {
			s.about = append(s.about, strings.TrimSpace(line[1:]))
		}
		return nil
	}
	assignment, note, _ := strings.Cut(line, "#")
	name, text, ok := strings.Cut(assignment, "=")
	if !ok {
		return s.errorf(n, "%s sets no key; permitted: %s", quote(line), form)
	}
	name, text = strings.TrimSpace(name), strings.Join(strings.Fields(text), " ")
	k := findKey(name)
	if k == nil {
		return s.errorf(n, "unknown key %s, the nearest is %s; permitted: %s",
			quote(name), nearest(name), strings.Join(keyNames(), ", "))
	}
	for _, v := range s.p.values {
		if v.Key == name && name != engineKey {
			return s.errorf(n, "%s stands in line %d already; permitted: once", name, v.Line)
		}
	}
	v := Value{Key: name, Doc: k.doc, Line: n}
	if err := v.read(k, s.p, text); err != nil {
		return s.errorf(n, "%s: %v; permitted: %s", name, err, k.permitted)
	}
	if err := v.mark(note); err != nil {
		return s.errorf(n, "%s: %v; permitted: # S: where it was read, # D: from what it is derived, "+
			"# A: why it is assumed", name, err)
	}
	s.p.values = append(s.p.values, v)
	return nil
}

// read splits text into value and unit, and sets the key.
func (v *Value) read(k *key, p *Profile, text string) error {
	v.Value = text
	if k.units != nil {
		v.Value, v.Unit, _ = strings.Cut(text, " ")
	}
	switch {
	case text == "":
		return errors.New("no value")
	case k.units != nil && !slices.Contains(k.units, v.Unit):
		if v.Unit == "" {
			return fmt.Errorf("%s has no unit", quote(text))
		}
		return fmt.Errorf("%s is no unit here", quote(v.Unit))
	}
	return k.set(p, v.Value, v.Unit)
}

// mark reads what stands behind the #.
func (v *Value) mark(note string) error {
	mark, source, ok := strings.Cut(note, ":")
	mark, v.Source = strings.TrimSpace(mark), strings.TrimSpace(source)
	switch {
	case strings.TrimSpace(note) == "":
		return errors.New("no mark")
	case !ok || len(mark) != 1 || !strings.Contains("SDA", mark):
		return fmt.Errorf("%s is no mark", quote(strings.TrimSpace(note)))
	case v.Source == "":
		return fmt.Errorf("mark %s without a source", mark)
	}
	v.Mark = Mark(mark[0])
	return nil
}

// finish checks what needs the whole file, of which last is the last line.
func (s *parser) finish(last int) (*Profile, error) {
	var missing []string
	for _, name := range keyNames() {
		if !slices.ContainsFunc(s.p.values, func(v Value) bool { return v.Key == name }) {
			missing = append(missing, name)
		}
	}
	if missing != nil {
		return nil, s.errorf(last, "the file ends without %s; permitted: no key is left out",
			strings.Join(missing, ", "))
	}
	i := 0
	for _, v := range s.p.values {
		if v.Key != engineKey {
			continue
		}
		e := s.p.Engines[i]
		i++
		if problem, permitted := s.p.checkEngine(e); problem != "" {
			return nil, s.errorf(v.Line, "engine %s: %s; permitted: %s", e.Name, problem, permitted)
		}
	}
	s.p.About, _, _ = strings.Cut(strings.Join(s.about, " "), ". ")
	s.p.About = strings.TrimSuffix(s.p.About, ".")
	return s.p, nil
}

func keyNames() []string {
	names := make([]string, len(keys))
	for i, k := range keys {
		names[i] = k.name
	}
	return names
}

// notText returns the index of the first byte that is no text, -1 if all is.
func notText(line []byte) int {
	for i := 0; i < len(line); {
		r, size := utf8.DecodeRune(line[i:])
		if r == utf8.RuneError && size == 1 || r < ' ' && r != '\t' || r == 0x7f {
			return i
		}
		i += size
	}
	return -1
}

// quote returns s in quotes, as much of it as a message bears.
func quote(s string) string {
	const most = 40
	if r := []rune(s); len(r) > most {
		return strconv.Quote(string(r[:most])) + "..."
	}
	return strconv.Quote(s)
}

package profile

import (
	"bytes"
	_ "embed" // for the built-in profiles
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"unicode/utf8"
)

// Limits of a profile file.
const (
	MaxFile = 1 << 20
	MaxLine = 4096
)

//go:embed apple-m1.profile
var appleM1 string

//go:embed ideal.profile
var ideal string

// builtin are the profiles that come with the package, in the order in which
// they are listed.
var builtin = []struct {
	name string
	text string
}{{"apple-m1", appleM1}, {"ideal", ideal}}

// Names lists the built-in profiles.
func Names() []string {
	names := make([]string, len(builtin))
	for i, b := range builtin {
		names[i] = b.name
	}
	return names
}

// Extension is what the name of a profile file ends in.
const Extension = ".profile"

// Load returns a built-in profile by its name, or reads a file: a name with a
// slash in it, or that ends in .profile.
func Load(name string) (*Profile, error) {
	if strings.Contains(name, "/") || strings.HasSuffix(name, Extension) {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		return Parse(name, f)
	}
	for _, b := range builtin {
		if b.name == name {
			return Parse(name, strings.NewReader(b.text))
		}
	}
	return nil, fmt.Errorf("device %q: unknown; there are %s, and files by a path that ends in %s",
		name, strings.Join(Names(), ", "), Extension)
}

// parser is what Parse knows so far.
type parser struct {
	file string
	p    *Profile
}

func (s *parser) errorf(line int, format string, args ...any) error {
	return &Error{s.file, line, fmt.Sprintf(format, args...)}
}

// Parse reads a profile. name stands in messages, and without folder and
// extension it is the profile's name. Errors of the text are *Error.
func Parse(name string, r io.Reader) (*Profile, error) {
	text, err := io.ReadAll(io.LimitReader(r, MaxFile+1))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	s := &parser{file: name, p: &Profile{}}
	base := name[strings.LastIndexByte(name, '/')+1:]
	s.p.Name = strings.TrimSuffix(base, Extension)
	if len(text) > MaxFile {
		return nil, s.errorf(1, "larger than %d bytes; this is no profile", MaxFile)
	}
	for n, line := range bytes.Split(text, []byte("\n")) {
		if err := s.line(n+1, line); err != nil {
			return nil, err
		}
	}
	return s.finish(bytes.Count(text, []byte("\n")) + 1)
}

// line reads one line.
func (s *parser) line(n int, raw []byte) error {
	switch {
	case len(raw) > MaxLine:
		return s.errorf(n, "longer than %d bytes; permitted: key = value # mark: source", MaxLine)
	case bytes.IndexByte(raw, 0) >= 0 || !utf8.Valid(raw):
		return s.errorf(n, "not text; a profile is lines of key = value # mark: source")
	}
	line := strings.TrimSpace(string(raw))
	if line == "" || line[0] == '#' {
		return nil
	}
	assignment, note, _ := strings.Cut(line, "#")
	name, text, ok := strings.Cut(assignment, "=")
	name, text = strings.TrimSpace(name), strings.Join(strings.Fields(text), " ")
	if !ok {
		return s.errorf(n, "%q is not key = value # mark: source", line)
	}
	k := findKey(name)
	if k == nil {
		return s.errorf(n, "unknown key %q; nearest: %s", name, nearest(name))
	}
	v := Value{Key: name, Text: text, Doc: k.doc, Line: n}
	if i := slices.IndexFunc(s.p.values, func(x Value) bool { return x.Key == name }); i >= 0 && name != engineKey {
		return s.errorf(n, "%s stands in line %d already; keep one", name, s.p.values[i].Line)
	}
	mark, source, _ := strings.Cut(strings.TrimSpace(note), ":")
	v.Source = strings.TrimSpace(source)
	if len(mark) != 1 || !strings.Contains("SDA", mark) || v.Source == "" {
		return s.errorf(n, "%s says not where it comes from; end the line in # S: source, # D: from what, "+
			"or # A: why", name)
	}
	v.Mark = Mark(mark[0])
	if err := k.set(s.p, text); err != nil {
		return s.errorf(n, "%s: %v; permitted: %s", name, err, k.permitted)
	}
	s.p.values = append(s.p.values, v)
	return nil
}

// finish checks what needs the whole file.
func (s *parser) finish(last int) (*Profile, error) {
	var missing []string
	for _, k := range keys {
		if !slices.ContainsFunc(s.p.values, func(v Value) bool { return v.Key == k.name }) {
			missing = append(missing, k.name)
		}
	}
	if missing != nil {
		return nil, s.errorf(last, "missing: %s; a profile has every key", strings.Join(missing, ", "))
	}
	for _, e := range s.p.Engines {
		render := e.Class == RCS
		if render == (e.Queue == Compute) {
			return nil, s.errorf(s.engineLine(e), "engine %s: class %s on the %s queue; permitted: RCS as a "+
				"vertex and a fragment engine, every other class on the compute queue", e.Name, e.Class, e.Queue)
		}
		other := Vertex + Fragment - e.Queue
		if render && !slices.ContainsFunc(s.p.Engines, func(x Engine) bool {
			return x.Class == RCS && x.Instance == e.Instance && x.Queue == other
		}) {
			return nil, s.errorf(s.engineLine(e), "engine %s: RCS%d has no %s engine; a render needs both",
				e.Name, e.Instance, other)
		}
	}
	return s.p, nil
}

func (s *parser) engineLine(e Engine) int {
	for _, v := range s.p.values {
		if v.Key == engineKey && strings.Fields(v.Text)[0] == e.Name {
			return v.Line
		}
	}
	return 1
}

// nearest returns the key that differs least from name.
func nearest(name string) string {
	best, least := keys[0].name, 1<<30
	for _, k := range keys {
		if d := distance(name, k.name); d < least {
			best, least = k.name, d
		}
	}
	return best
}

// distance is Levenshtein's edit distance.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j+1]+1, row[j]+1)
		}
	}
	return row[len(b)]
}

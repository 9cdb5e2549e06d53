// Package planted keeps known bugs of the scheduler core, as patches over its
// source, and hunts them with the engines that hunt unknown ones: the proof that
// these find bugs. A bug is never an if in the core.
//
// A patch is a file <id>.patch: a diff from the module's root, applied with -p1,
// below header lines:
//
//	# id: M17
//	# kind: sequence
//	# breaks: I4,L2
//	# row: M17
//	# Any further words: what is wrong, and how it shows.
//
// kind says what it takes to see the bug: a sequence of operations, an
// interleaving, a data-race, or the count of what lives, for a leak. breaks names
// what it breaks, or none for a control: a change that breaks nothing, and must
// not be reported. row names a row of the list of historic bugs, if it is one.
// A line "# hunt: night" leaves it to the night: a rotation over days passes it by.
//
// Each hunt builds the engines anew in a copy of the module with the patch
// applied. The packages that the patch changes are given a file that answers, in
// any program they are part of, with the plant's id when asked, so that a program
// that was built from something else is noticed, and does not hunt.
package planted

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// Kind says what it takes to see a bug.
type Kind string

// The kinds.
const (
	Sequence     Kind = "sequence"
	Interleaving Kind = "interleaving"
	DataRace     Kind = "data-race"
	Leak         Kind = "leak"
)

var kinds = []Kind{Sequence, Interleaving, DataRace, Leak}

// Patch is one planted bug.
type Patch struct {
	File   string // where it was read from
	ID     string
	Kind   Kind
	Breaks []string // numbers of invariants; empty for a control
	Row    string   // of the list of historic bugs, or ""
	Night  bool     // to be hunted at night only
	Doc    string   // the other header lines
	Files  []string // that it changes, from the module's root, sorted
}

// Control reports whether p breaks nothing.
func (p *Patch) Control() bool { return len(p.Breaks) == 0 }

// List reads the patches of a folder, by id.
func List(dir string) ([]*Patch, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.patch"))
	if err != nil {
		return nil, err
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("there is no *.patch in %s", dir)
	}
	var list []*Patch
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		p, err := Parse(file, string(text))
		if err != nil {
			return nil, err
		}
		list = append(list, p)
	}
	slices.SortFunc(list, func(a, b *Patch) int { return strings.Compare(a.ID, b.ID) })
	return list, nil
}

var (
	validID        = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]*$`)
	validInvariant = regexp.MustCompile(`^([IL][0-9]+|F1)$`)
)

// Parse reads a patch. Errors name file and line.
func Parse(file, text string) (*Patch, error) {
	p := &Patch{File: file}
	n, breaks := 0, ""
	fail := func(format string, args ...any) (*Patch, error) {
		return nil, fmt.Errorf("%s:%d: %s", file, n, fmt.Sprintf(format, args...))
	}
	for line := range strings.Lines(text) {
		n++
		line = strings.TrimSuffix(line, "\n")
		if name, ok := strings.CutPrefix(line, "+++ "); ok {
			name, _, _ = strings.Cut(name, "\t")
			_, name, ok = strings.Cut(name, "/")
			if !ok || !filepath.IsLocal(name) || !strings.HasSuffix(name, ".go") {
				return fail("%q is no Go file of the module; write +++ b/core/…", line)
			}
			p.Files = append(p.Files, name)
		}
		head, ok := strings.CutPrefix(line, "#")
		if !ok || len(p.Files) > 0 {
			continue
		}
		key, value, _ := strings.Cut(head, ":")
		switch value = strings.TrimSpace(value); strings.TrimSpace(key) {
		case "id":
			p.ID = value
		case "kind":
			p.Kind = Kind(value)
		case "breaks":
			breaks = value
		case "row":
			p.Row = value
		case "hunt":
			if p.Night = value == "night"; !p.Night {
				return fail("it is hunted at %q; write # hunt: night, or leave the line out", value)
			}
		default:
			p.Doc = strings.TrimSpace(p.Doc + "\n" + strings.TrimSpace(head))
		}
	}
	want := strings.TrimSuffix(filepath.Base(file), ".patch")
	if p.ID != want || !validID.MatchString(p.ID) {
		return fail("the id is %q; write # id: %s, as the file is named", p.ID, want)
	}
	if !slices.Contains(kinds, p.Kind) {
		return fail("the kind is %q; there are %v", p.Kind, kinds)
	}
	if breaks == "" {
		return fail("it says not what it breaks; write # breaks: I1,L1 or # breaks: none")
	}
	if breaks != "none" {
		for b := range strings.SplitSeq(breaks, ",") {
			if b = strings.TrimSpace(b); !validInvariant.MatchString(b) {
				return fail("%q is no invariant; there are I1 to I10, L1 to L3, and F1", b)
			}
			p.Breaks = append(p.Breaks, b)
		}
	}
	if len(p.Files) == 0 {
		return fail("it changes nothing")
	}
	slices.Sort(p.Files)
	p.Files = slices.Compact(p.Files)
	return p, nil
}

package gate

import (
	_ "embed"
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"

	"golang.org/x/perf/benchunit"
)

// Limit says how much worse a row may become.
type Limit struct {
	Pattern string  // of the row's name; * stands for any text
	Unit    string  // tidied, or a Kind's name, or *
	Ratio   float64 // 0.01 for 1%
	Off     bool    // the row is shown and not judged
	Line    int
}

// Limits are tried in order: the first that matches a row holds.
type Limits struct {
	File string
	List []Limit
	// builtin limits are about more than any one file has.
	builtin bool
}

//go:embed limits.txt
var defaultLimits string

// DefaultLimits are those of limits.txt in this package.
func DefaultLimits() *Limits {
	l, err := ParseLimits("limits.txt", defaultLimits)
	if err != nil {
		panic("gate: " + err.Error())
	}
	l.builtin = true
	return l
}

// ReadLimits reads a limits file. Its errors are Problems.
func ReadLimits(path string) (*Limits, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, &Problem{path, 0, "it cannot be read: " + err.Error(), "check the path"}
	}
	return ParseLimits(path, string(text))
}

// ParseLimits is ReadLimits for a text: a line has a pattern, a unit and a limit
// (0, a percentage, or off); # begins a comment.
func ParseLimits(name, text string) (*Limits, error) {
	l := &Limits{File: name}
	n := 0
	for line := range strings.SplitSeq(text, "\n") {
		n++
		line, _, _ = strings.Cut(line, "#")
		f := strings.Fields(line)
		if len(f) == 0 {
			continue
		}
		if len(f) != 3 {
			return nil, &Problem{name, n, fmt.Sprintf("%d words", len(f)),
				"a line has a pattern, a unit and a limit, as in: SPSC/* ns/op 2%"}
		}
		lim := Limit{Pattern: f[0], Unit: f[1], Line: n}
		if err := lim.set(f[2]); err != nil {
			return nil, &Problem{name, n, err.Error(), "a limit is 0, or as 2.5%, or off"}
		}
		if _, unit := benchunit.Tidy(1, lim.Unit); unit != "" {
			lim.Unit = unit
		}
		l.List = append(l.List, lim)
	}
	if len(l.List) == 0 {
		return nil, &Problem{name, n, "it has no limits", "write at least the line: * * 5%"}
	}
	return l, nil
}

// maxPercent is the largest limit that is taken for one.
const maxPercent = 1000

func (l *Limit) set(s string) error {
	if s == "off" {
		l.Off = true
		return nil
	}
	number, percent := strings.CutSuffix(s, "%")
	v, err := strconv.ParseFloat(number, 64)
	switch {
	case err != nil || math.IsNaN(v):
		return fmt.Errorf("limit %q is no number", s)
	case v < 0 || v > maxPercent:
		return fmt.Errorf("limit %q is not between 0 and %d%%", s, maxPercent)
	case v != 0 && !percent:
		return fmt.Errorf("limit %q has no %%", s)
	}
	l.Ratio = v / 100
	return nil
}

// Of returns the limit for a row of a kind, or nil.
func (l *Limits) Of(r Row, k Kind) *Limit {
	for i := range l.List {
		lim := &l.List[i]
		if (lim.Unit == "*" || lim.Unit == r.Unit || lim.Unit == k.String()) &&
			match(lim.Pattern, r.Name) {
			return lim
		}
	}
	return nil
}

// match reports whether name matches a pattern in which * stands for any text.
func match(pattern, name string) bool {
	head, rest, star := strings.Cut(pattern, "*")
	if !star {
		return name == pattern
	}
	if !strings.HasPrefix(name, head) {
		return false
	}
	name = name[len(head):]
	for {
		part, next, more := strings.Cut(rest, "*")
		if !more {
			return strings.HasSuffix(name, part)
		}
		i := strings.Index(name, part)
		if i < 0 {
			return false
		}
		name, rest = name[i+len(part):], next
	}
}

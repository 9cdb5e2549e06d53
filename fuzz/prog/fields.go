package prog

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"credence/core/fence"
)

// fields are the parts of one line: a word, arguments, and pairs of key and
// value, of which each may be taken once. What was wrong first stays in err, and
// the rest of the line is then read for nothing.
type fields struct {
	q     *parser
	word  string
	args  []string
	pairs []pair
	err   error
}

type pair struct{ key, value string }

// split takes a line apart.
func (q *parser) split(words []string) *fields {
	f := &fields{q: q, word: words[0]}
	for _, w := range words[1:] {
		key, value, ok := strings.Cut(w, "=")
		switch {
		case ok:
			f.pairs = append(f.pairs, pair{key, value})
		case len(f.pairs) == 0:
			f.args = append(f.args, w)
		default:
			f.fail("%q is not of the form key=value; write %s N key=value ...", w, f.word)
		}
	}
	return f
}

func (f *fields) fail(format string, args ...any) {
	if f.err == nil {
		f.err = &SyntaxError{File: f.q.file, Line: f.q.line, Msg: fmt.Sprintf(format, args...)}
	}
}

// finish reports what was wrong, or a field that nobody took.
func (f *fields) finish() error {
	if len(f.pairs) > 0 {
		f.fail("%s has no use for this %s=; remove it", f.word, f.pairs[0].key)
	}
	if len(f.args) > 0 {
		f.fail("%s has no use for %q; remove it", f.word, f.args[0])
	}
	return f.err
}

// has reports whether a key is there.
func (f *fields) has(key string) bool {
	return slices.ContainsFunc(f.pairs, func(p pair) bool { return p.key == key })
}

// take returns the value of a key, and whether there was one.
func (f *fields) take(key string) (string, bool) {
	for i, p := range f.pairs {
		if p.key == key {
			f.pairs = slices.Delete(f.pairs, i, i+1)
			return p.value, true
		}
	}
	return "", false
}

// arg takes the next argument, of which what says what it is.
func (f *fields) arg(what string) string {
	if len(f.args) == 0 {
		f.fail("%s lacks %s; add it", f.word, what)
		return ""
	}
	text := f.args[0]
	f.args = f.args[1:]
	return text
}

// parse reads text as a number of lo to hi; lo if it is none.
func (f *fields) parse(what, text string, lo, hi int) int {
	n, err := strconv.Atoi(text)
	if err != nil || n < lo || n > hi {
		f.fail("%s is %q; permitted: %d to %d", what, text, lo, hi)
		return lo
	}
	return n
}

// number takes the next argument as a number of 0 to most.
func (f *fields) number(what string, most int) int {
	text := f.arg(what)
	if f.err != nil {
		return 0
	}
	return f.parse(what+" after "+f.word, text, 0, most)
}

// integer returns the number under a key, or def.
func (f *fields) integer(key string, def, lo, hi int) int {
	text, ok := f.take(key)
	if !ok {
		return def
	}
	return f.parse(key, text, lo, hi)
}

// upTo is integer for numbers that are at most most, or else full.
func (f *fields) upTo(key string, def, lo, most, full int) int {
	n := f.integer(key, def, lo, full)
	if n > most && n != full {
		f.fail("%s is %d; permitted: %d to %d, or %d", key, n, lo, most, full)
	}
	return n
}

// flag returns whether 1 and not 0 stands under a key, or def.
func (f *fields) flag(key string, def bool) bool {
	if !f.has(key) {
		return def
	}
	return f.integer(key, 0, 0, 1) == 1
}

// errno returns the error number under a key, written as 0 or -N, or no error.
func (f *fields) errno(key string) fence.Errno {
	return fence.Errno(-f.integer(key, 0, -MaxErrno, 0))
}

// micros returns the duration under a key, or def.
func (f *fields) micros(key string, def uint32) uint32 {
	return f.duration(key, f.integer(key, int(def), 0, f.q.mostMicros()))
}

// duration returns us if it is a duration of the language, or in a recorded
// script the next one.
func (f *fields) duration(what string, us int) uint32 {
	v := CanonicalMicros(uint32(us))
	if v != uint32(us) && !f.q.recorded {
		f.fail("%s is %d us; above %d write a multiple of %d, such as %d",
			what, us, FineMicros, CoarseStep, v)
	}
	return v
}

// oneOf returns which of names stands under a key, or def.
func (f *fields) oneOf(key string, names []string, def int) int {
	text, ok := f.take(key)
	if !ok {
		return def
	}
	return f.choice(key, text, names, def)
}

// choice returns which of names text is, or def.
func (f *fields) choice(what, text string, names []string, def int) int {
	i := slices.Index(names, text)
	if i < 0 || text == "" {
		f.fail("%s is %q; permitted: %s", what, text,
			strings.TrimPrefix(strings.Join(names, ", "), ", "))
		return def
	}
	return i
}

// list returns the schedulers under a key, or scheduler 0.
func (f *fields) list(key string) (l SchedList) {
	text, ok := f.take(key)
	if !ok {
		return l
	}
	ids := strings.Split(text, ",")
	if len(ids) > MaxScheds {
		f.fail("%s names %d schedulers; permitted: 1 to %d", key, len(ids), MaxScheds)
		return l
	}
	l.More = uint8(len(ids) - 1)
	for i, id := range ids {
		l.IDs[i] = uint8(f.parse(key, id, 0, MaxScheds-1))
	}
	return l
}

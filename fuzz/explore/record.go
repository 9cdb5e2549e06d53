//go:build explore

package explore

import (
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"credence/core/xatomic"
)

// recorder writes down what happens in an execution.
type recorder struct {
	e     *engine
	trace *Trace
}

func newRecorder(e *engine) *recorder {
	r := &recorder{e: e, trace: new(Trace)}
	for _, t := range e.threads {
		r.trace.Threads = append(r.trace.Threads, t.Name)
	}
	return r
}

func (r *recorder) add(s Step) { r.trace.Steps = append(r.trace.Steps, s) }

// choice is what Choose, or the engine for t, has decided.
func (r *recorder) choice(t *thread, v int) {
	s := Step{Thread: t.index, Op: "choose", New: strconv.Itoa(v), Asleep: uint8(r.e.asleep)}
	s.At, s.Func = where(t)
	r.add(s)
}

// access is the second half of a data race.
func (r *recorder) access(t *thread, what string, id uint32) {
	s := Step{Thread: t.index, Op: "access", Word: r.e.name(id), New: what}
	s.At, s.Func = where(t)
	r.add(s)
}

// event is an operation that is about to be done.
func (r *recorder) event(t *thread, old, next, result uint64) {
	e := r.e
	s := Step{Thread: t.index, Op: t.op.String(), Word: e.name(t.loc)}
	if t.word != nil {
		s.Old, s.New = number(old), number(next)
	} else {
		s.Old, s.New = e.memory.object(uintptr(old)), e.memory.object(uintptr(next))
	}
	switch t.op {
	case xatomic.OpCompareAndSwap:
		s.Failed = !t.succeeds()
	case xatomic.OpLock, xatomic.OpPark, xatomic.OpTryPark:
		s.Failed = result == 0
	}
	asleep := e.asleep
	if s.Failed && t.op.Blocks() {
		asleep |= t.bit
	} else if old != next {
		asleep &^= e.locs[t.loc].waiters
	}
	s.Asleep = uint8(asleep)
	s.At, s.Func = where(t)
	r.add(s)
}

// number writes a word as a person would read it.
func number(v uint64) string {
	switch {
	case int64(v) < 0 && int64(v) > -1<<16:
		return strconv.FormatInt(int64(v), 10)
	case v >= 1<<16:
		return "0x" + strconv.FormatUint(v, 16)
	}
	return strconv.FormatUint(v, 10)
}

// where returns the place in the code under test that operates, and the innermost
// exported function around it.
func where(t *thread) (at, function string) {
	var pcs [32]uintptr
	frames := runtime.CallersFrames(pcs[:t.callers(pcs[:])])
	for {
		f, more := frames.Next()
		dir := filepath.Base(filepath.Dir(f.File))
		base := filepath.Base(f.File)
		inside := dir == "xatomic" || dir == "explore" && !strings.HasSuffix(base, "_test.go")
		if !inside {
			if at == "" {
				at = dir + "/" + base + ":" + strconv.Itoa(f.Line)
			}
			name := f.Function[strings.LastIndexByte(f.Function, '.')+1:]
			if first, _ := utf8.DecodeRuneInString(name); unicode.IsUpper(first) {
				return at, name
			}
		} else if at != "" {
			return at, ""
		}
		if !more {
			return at, ""
		}
	}
}

package trace

import (
	"bytes"
	"errors"
	"math"

	"credence/core/fence"
)

// prefix is what stands before an event's message, in any of the three forms:
//
//	COMM-PID  [CPU] SEC.FRACTION: EVENT: message           trace-cmd report
//	COMM-PID  (TGID) [CPU] FLAGS SEC.USEC: EVENT: message  /sys/kernel/tracing/trace
//	COMM PID/TID [CPU] SEC.USEC: SYSTEM:EVENT: message     perf script
//
// A thread's name may hold anything, so the processor in brackets is looked for
// from the left until what stands behind it is an instant and an event.
type prefix struct {
	comm    []byte // points into the line, as do the next two
	event   []byte
	message []byte
	pid     int32
	cpu     int16
	at      fence.Time
}

var (
	errNoEvent = errors.New("is no line of a trace")
	errThread  = errors.New("has no thread and number before the processor")
)

// maxThread is within how many bytes the processor must stand: threads have
// names of up to 15 bytes, and some tracers print more of a kernel thread's.
const maxThread = 4 * MaxName

// parsePrefix takes a line apart.
func parsePrefix(line []byte) (prefix, error) {
	for from := 0; ; {
		open := bytes.IndexByte(line[from:max(from, min(len(line), maxThread))], '[')
		if open < 0 {
			return prefix{}, errNoEvent
		}
		open += from
		from = open + 1
		p, ok := parseBehind(line[from:])
		if !ok {
			continue
		}
		if !p.parseThread(line[:open]) {
			return prefix{}, errThread
		}
		return p, nil
	}
}

// parseBehind reads from behind the bracket of the processor.
func parseBehind(s []byte) (p prefix, ok bool) {
	cpu, s, ok := number(s, math.MaxInt16)
	if !ok || len(s) == 0 || s[0] != ']' {
		return p, false
	}
	p.cpu = int16(cpu)
	s = bytes.TrimLeft(s[1:], " \t")
	at, rest, ok := instant(s)
	if !ok || len(rest) == 0 || rest[0] != ':' {
		// There may be flags between.
		n := bytes.IndexByte(s[:min(len(s), maxFlags+1)], ' ')
		if n < 1 {
			return p, false
		}
		at, rest, ok = instant(bytes.TrimLeft(s[n:], " \t"))
		if !ok || len(rest) == 0 || rest[0] != ':' {
			return p, false
		}
	}
	p.at = at
	return p, p.parseEvent(bytes.TrimLeft(rest[1:], " \t"))
}

// maxFlags is how many flags may stand behind the processor; kernels write four
// or five.
const maxFlags = 8

// parseEvent reads EVENT: message, or SYSTEM:EVENT: message.
func (p *prefix) parseEvent(s []byte) bool {
	name, rest := word(s)
	if len(name) == 0 || len(rest) == 0 || rest[0] != ':' {
		return false
	}
	rest = rest[1:]
	if second, behind := word(rest); len(second) > 0 && len(behind) > 0 && behind[0] == ':' {
		name, rest = second, behind[1:]
	}
	p.event, p.message = name, bytes.TrimSpace(rest)
	return true
}

// parseThread reads COMM-PID or COMM PID, with a thread group behind it or not.
func (p *prefix) parseThread(s []byte) bool {
	s = bytes.TrimSpace(s)
	if t, ok := cutGroup(s); ok {
		s = t
	}
	digits := len(s)
	for digits > 0 && isDigit(s[digits-1]) {
		digits--
	}
	if digits > 0 && s[digits-1] == '/' { // PID/TID: the thread is the second
		digits--
		for digits > 0 && isDigit(s[digits-1]) {
			digits--
		}
	}
	if digits == 0 || s[digits-1] != '-' && s[digits-1] != ' ' {
		return false
	}
	tail := s[digits:]
	if i := bytes.IndexByte(tail, '/'); i >= 0 {
		tail = tail[i+1:]
	}
	pid, rest, ok := number(tail, math.MaxInt32)
	if !ok || len(rest) > 0 {
		return false
	}
	p.pid = int32(pid)
	p.comm = bytes.TrimSpace(s[:digits-1])
	return true
}

// cutGroup cuts (TGID) or (-----) off the end.
func cutGroup(s []byte) ([]byte, bool) {
	open := bytes.LastIndexByte(s, '(')
	if open <= 0 || s[len(s)-1] != ')' {
		return nil, false
	}
	for _, c := range s[open+1 : len(s)-1] {
		if !isDigit(c) && c != ' ' && c != '-' {
			return nil, false
		}
	}
	return bytes.TrimSpace(s[:open]), true
}

// instant reads SEC.FRACTION, up to nine decimals, as nanoseconds.
func instant(s []byte) (fence.Time, []byte, bool) {
	const maxSeconds = math.MaxInt64/int64(fence.Second) - 1
	sec, s, ok := number(s, uint64(maxSeconds))
	if !ok || len(s) == 0 || s[0] != '.' {
		return 0, nil, false
	}
	ns, s, ok := fraction(s[1:], 9)
	return fence.Time(sec)*fence.Time(fence.Second) + fence.Time(ns), s, ok
}

// fraction reads 1 to places decimals as that many, so 5 of 3 places is 500.
func fraction(s []byte, places int) (uint64, []byte, bool) {
	n := 0
	for n < len(s) && isDigit(s[n]) {
		n++
	}
	if n == 0 || n > places {
		return 0, nil, false
	}
	x, _, _ := number(s[:n], math.MaxUint64)
	for range places - n {
		x *= 10
	}
	return x, s[n:], true
}

// number reads decimal digits up to a value, and returns what is behind.
func number(s []byte, most uint64) (uint64, []byte, bool) {
	var x uint64
	i := 0
	for ; i < len(s) && isDigit(s[i]); i++ {
		d := uint64(s[i] - '0')
		if x > (most-d)/10 || d > most {
			return 0, nil, false
		}
		x = x*10 + d
	}
	return x, s[i:], i > 0
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// word cuts letters, digits and underscores off the beginning.
func word(s []byte) (w, rest []byte) {
	i := 0
	for i < len(s) && (isDigit(s[i]) || s[i] == '_' || 'a' <= s[i]|0x20 && s[i]|0x20 <= 'z') {
		i++
	}
	return s[:i], s[i:]
}

//go:build explore

package explore

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// schedule returns the execution's choices as a string: a letter for a thread's
// turn, a the first thread, with the number of turns behind it if that is more
// than one, and a value of Choose in brackets. If it begins with a tilde, it says
// itself who is held in a loop: [b3] is b, in the loop that the latest three turns
// are.
func (e *engine) schedule() string {
	var s strings.Builder
	if e.tells && slices.ContainsFunc(e.threads, func(t *thread) bool { return t.Polls }) {
		s.WriteByte('~')
	}
	holds := e.holds
	for d := 0; d <= min(e.depth, len(e.nodes)); {
		for len(holds) > 0 && holds[0].at <= d {
			fmt.Fprintf(&s, "[%c%d]", 'a'+holds[0].thread, holds[0].at-holds[0].from)
			holds = holds[1:]
		}
		if d == min(e.depth, len(e.nodes)) {
			break
		}
		n := &e.nodes[d]
		if n.choice {
			fmt.Fprintf(&s, "(%d)", n.value)
			d++
			continue
		}
		k := d + 1
		for k < e.depth && !e.nodes[k].choice && e.nodes[k].thread == n.thread &&
			(len(holds) == 0 || holds[0].at > k) {
			k++
		}
		s.WriteByte('a' + n.thread)
		if k-d > 1 {
			s.WriteString(strconv.Itoa(k - d))
		}
		d = k
	}
	return s.String()
}

// maxTurns bounds a schedule string.
const maxTurns = 1_000_000

// parseSchedule reads such a string.
func parseSchedule(s string) (turns []turn, err error) {
	number := func(i int) (n, next int) {
		for next = i; next < len(s) && s[next] >= '0' && s[next] <= '9' && n <= maxTurns; next++ {
			n = n*10 + int(s[next]-'0')
		}
		return n, next
	}
	for i := 0; i < len(s); {
		switch c := s[i]; {
		case c == '~' && i == 0:
			i++
		case c == '[' && i+1 < len(s):
			n, next := number(i + 2)
			if next == i+2 || next >= len(s) || s[next] != ']' || n < 1 || n > maxTurns ||
				s[i+1] < 'a' || s[i+1] >= 'a'+MaxThreads {
				return nil, fmt.Errorf("schedule: byte %d: who is held is [a1] to [%c%d]",
					i, 'a'+MaxThreads-1, maxTurns)
			}
			turns = append(turns, turn{value: s[i+1] - 'a', held: n})
			i = next + 1
		case c >= 'a' && c < 'a'+MaxThreads:
			n, next := number(i + 1)
			if next == i+1 {
				n = 1
			}
			if n < 1 || len(turns)+n > maxTurns {
				return nil, fmt.Errorf("schedule: %d turns at byte %d; permitted: 1 to %d in all", n, i, maxTurns)
			}
			for range n {
				turns = append(turns, turn{value: c - 'a'})
			}
			i = next
		case c == '(':
			n, next := number(i + 1)
			if next == i+1 || next == len(s) || s[next] != ')' || n > 255 {
				return nil, fmt.Errorf("schedule: byte %d: a choice is (0) to (255)", i)
			}
			turns = append(turns, turn{choice: true, value: uint8(n)})
			i = next + 1
		default:
			return nil, fmt.Errorf("schedule: byte %d is %q; there are a to %c for threads, and (0) for choices",
				i, c, 'a'+MaxThreads-1)
		}
	}
	return turns, nil
}

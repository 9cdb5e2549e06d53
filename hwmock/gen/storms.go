package gen

import (
	"fmt"
	"strings"
)

// barriers: each batch of one group reads what all of the other wrote, so that
// it has as many dependencies in its context as a group has batches, and one on
// those who read what it writes.
func barriers(s *System, v values) error {
	width, us := v.number("width"), v.word("us")
	var b strings.Builder
	fmt.Fprintf(&b, "w.1.%dn64k\nw.2.%dn64k\n", width, width)
	for i := range width {
		fmt.Fprintf(&b, "1.CCS.%s.r1-0-%d/w2-%d.0\n", us, width-1, i)
	}
	for i := range width {
		fmt.Fprintf(&b, "1.RCS.%s.r2-0-%d/w1-%d.0\n", us, width-1, i)
	}
	s.add(b.String(), 1, 0)
	return nil
}

// vmStorm: each client is a process with an address space of its own, which is
// busy all the time, so that as many slots as clients are wanted at once.
func vmStorm(s *System, v values) error {
	s.add(fmt.Sprintf("q.%s\n1.DEFAULT.%s.0.0\n", v.word("depth"), v.word("us")), v.number("vms"), 0)
	return nil
}

// eventStorm: each client keeps its vertex, fragment and compute queue busy all
// the time, so that three times as many event slots as clients are wanted at
// once.
func eventStorm(s *System, v values) error {
	s.add(fmt.Sprintf("q.%s\n1.RCS.%s.0.0\n1.CCS.%s.0.0\n", v.word("depth"), v.word("us"),
		v.word("us")), v.number("queues"), 0)
	return nil
}

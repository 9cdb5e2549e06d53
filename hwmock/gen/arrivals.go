package gen

import (
	"fmt"
	"strings"
)

// span writes a duration under the law that v has.
func (v values) span() string {
	if v.word("law") == "exponential" {
		return "~" + v.word("us")
	}
	return v.word("us")
}

// poisson: a client that never waits for a batch, and sleeps for an exponential
// time between submissions, is a Poisson process as long as its queue has room.
func poisson(s *System, v values) error {
	s.add(fmt.Sprintf("d.~%s\n1.%s.%s.0.0\n", v.word("every"), v.word("engine"), v.span()),
		v.number("clients"), 0)
	return nil
}

// bursty is a compound Poisson process.
func bursty(s *System, v values) error {
	batch := fmt.Sprintf("1.%s.%s.0.0\n", v.word("engine"), v.span())
	s.add("d.~"+v.word("every")+"\n"+strings.Repeat(batch, v.number("jobs")), v.number("clients"), 0)
	return nil
}

// saturate: room in the queue alone holds the client back.
func saturate(s *System, v values) error {
	s.add(fmt.Sprintf("1.%s.%s.0.0\n", v.word("engine"), v.word("us")), v.number("clients"), 0)
	return nil
}

package target

import (
	"bytes"
	"fmt"
	"strings"

	"credence/fuzz/oracle"
	"credence/fuzz/prog"
	"credence/hwmock/profile"
	"credence/hwmock/trace"
	"credence/hwmock/workload"
)

// Printed is the rule that what a parser accepts is printed as something that
// means the same.
const Printed = "print"

// same raises that text, which what was read is printed as, is not read as the
// same again.
func same(ok bool, err error, text string) {
	if err != nil || !ok {
		panic(&oracle.Violation{Rule: Printed, Detail: fmt.Sprintf("%v, for\n%s", err, text)})
	}
}

// Wsim parses data as a workload file, and if it is one, prints it and parses
// that, which must give the same again.
func Wsim(data []byte) (ok bool, f *Finding) {
	return guard("wsim", func() bool {
		w, err := workload.Parse("fuzz.wsim", bytes.NewReader(data))
		if err != nil {
			return false
		}
		text := w.String()
		again, err := workload.Parse("again.wsim", strings.NewReader(text))
		same(err == nil && again.String() == text, err, text)
		return true
	})
}

// Profile parses data as a device's parameters, and what it printed again.
func Profile(data []byte) (ok bool, f *Finding) {
	return guard("profile", func() bool {
		p, err := profile.Parse("fuzz", bytes.NewReader(data))
		if err != nil {
			return false
		}
		text := profileText(p)
		again, err := profile.Parse("again", strings.NewReader(text))
		same(err == nil && profileText(again) == text, err, text)
		return true
	})
}

func profileText(p *profile.Profile) string {
	var b strings.Builder
	for _, v := range p.Values() {
		fmt.Fprintln(&b, v)
	}
	return b.String()
}

// Program parses data as a program, of any version or a recorded script. What it
// is printed and encoded as must be the same program.
func Program(data []byte) (ok bool, f *Finding) {
	return guard("program", func() bool {
		p, err := prog.Parse("fuzz", string(data))
		if err != nil {
			return false
		}
		text := p.String()
		q, err := prog.Parse("again", text)
		same(err == nil && q.Equal(p), err, text)
		same(prog.Decode(p.Encode()).Equal(p), nil, text)
		return true
	})
}

// Timeline reads data as a recorded timeline, ftrace's text or a table with
// commas. The same text must be read in the same way twice.
func Timeline(data []byte) (ok bool, f *Finding) {
	return guard("timeline", func() bool {
		a, err := trace.Read("fuzz", bytes.NewReader(data))
		b, again := trace.Read("fuzz", bytes.NewReader(data))
		same((err == nil) == (again == nil), nil, string(data))
		if err != nil {
			return false
		}
		same(len(a.Jobs) == len(b.Jobs), nil, string(data))
		return len(a.Jobs) > 0
	})
}

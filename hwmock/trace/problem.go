package trace

import "fmt"

// Class is what kind of thing is wrong with a line.
type Class uint8

// The classes of problems.
const (
	// Broken: the line is none that a tracer writes, or a value in it is none.
	Broken Class = iota
	// TooLong: the line is longer than MaxLine.
	TooLong
	// OutOfOrder: the line is earlier than one before it. It is used.
	OutOfOrder
	// Lost: the tracer says that it lost events.
	Lost
	// Repeated: the job has that event already; the first one counts.
	Repeated
	// TooMany: a limit of the package is reached.
	TooMany
	numClasses
)

var classNames = [numClasses]string{
	"broken", "too long", "out of order", "lost events", "repeated", "over a limit",
}

// String returns the class as a word or two, such as "out of order".
func (c Class) String() string {
	if c >= numClasses {
		return fmt.Sprintf("class(%d)", uint8(c))
	}
	return classNames[c]
}

// Problem is what is wrong with a line, as an error.
type Problem struct {
	File  string
	Line  int // from 1
	Class Class
	Msg   string // what is wrong; what became of it
}

// Error returns file:line: message.
func (p *Problem) Error() string { return fmt.Sprintf("%s:%d: %s", p.File, p.Line, p.Msg) }

// Problems counts what is wrong with a file and keeps the first of it.
type Problems struct {
	First []*Problem // in the order of the file, at most MaxProblems
	Count [numClasses]int
}

// Total returns how many problems there are.
func (p *Problems) Total() int {
	n := 0
	for _, c := range p.Count {
		n += c
	}
	return n
}

// Of returns how many problems of a class there are.
func (p *Problems) Of(c Class) int { return p.Count[c] }

// Classes calls yield for each class with problems, until it returns false.
func (p *Problems) Classes(yield func(Class, int) bool) {
	for c, n := range p.Count {
		if n != 0 && !yield(Class(c), n) {
			return
		}
	}
}

// report adds a problem.
func (t *Trace) report(line int, c Class, format string, args ...any) {
	t.Problems.Count[c]++
	if len(t.Problems.First) < MaxProblems {
		t.Problems.First = append(t.Problems.First,
			&Problem{File: t.Name, Line: line, Class: c, Msg: fmt.Sprintf(format, args...)})
	}
}

// clip returns a piece of a line for a message.
func clip[T string | []byte](s T) string {
	const most = 60
	if len(s) > most {
		return fmt.Sprintf("%q...", s[:most])
	}
	return fmt.Sprintf("%q", s)
}

package gate

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"

	"golang.org/x/perf/benchfmt"
)

// MaxFile is the size in bytes above which a results file is refused.
const MaxFile = 256 << 20

// Row names a figure of a benchmark.
type Row struct {
	Pkg  string // import path, "" if the file has none
	Name string // without "Benchmark" and without -GOMAXPROCS
	Unit string // tidied, as in sec/op
}

// Sample is one measurement.
type Sample struct {
	Value float64
	// Layout and Round name the binary and the round of interleaved runs that the
	// sample is of, Regime how far apart the processors were; "" if the file does
	// not say.
	Layout, Round, Regime string
	Line                  int
}

// Series are the samples of a row in the order of the file.
type Series struct {
	Row
	Kind    Kind
	Better  int // +1 if higher is better, -1 if lower is, 0 if nobody said
	Samples []Sample
}

// Values returns the samples' values.
func (s *Series) Values() []float64 {
	v := make([]float64, len(s.Samples))
	for i, x := range s.Samples {
		v[i] = x.Value
	}
	return v
}

// Set is one side of a comparison.
type Set struct {
	Name   string // of the file
	Series []*Series
	// Machines are the machines that the samples were taken on, in order of
	// appearance; more than one makes host figures incomparable.
	Machines []string
	index    map[Row]*Series
}

// Find returns the series of a row, or nil.
func (s *Set) Find(r Row) *Series { return s.index[r] }

// Read reads a results file. Its errors are Problems.
func Read(path string) (*Set, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, unreadable(path, err)
	}
	defer f.Close()
	st, err := f.Stat()
	switch {
	case err != nil:
		return nil, unreadable(path, err)
	case st.IsDir():
		return nil, &Problem{path, 0, "it is a folder", "name a results file in it"}
	}
	text, err := io.ReadAll(io.LimitReader(f, MaxFile+1))
	if err != nil {
		return nil, unreadable(path, err)
	}
	return Parse(path, text)
}

func unreadable(path string, err error) error {
	what, remedy := "it cannot be read: "+err.Error(), "check the path and the rights"
	if errors.Is(err, fs.ErrNotExist) {
		what, remedy = "there is no such file", "check the path, or measure it with schedbench run"
	}
	return &Problem{path, 0, what, remedy}
}

// Parse is Read for a text that is in memory. name stands in messages.
func Parse(name string, text []byte) (*Set, error) {
	if err := checkText(name, text); err != nil {
		return nil, err
	}
	b := newBuilder(name)
	r := benchfmt.NewReader(bytes.NewReader(text), name)
	for r.Scan() {
		var err error
		switch rec := r.Result().(type) {
		case *benchfmt.SyntaxError:
			err = &Problem{name, rec.Line, rec.Msg,
				"the line is damaged or no result: measure again, or delete it"}
		case *benchfmt.UnitMetadata:
			err = checkUnit(name, rec)
		case *benchfmt.Result:
			err = b.add(rec)
		}
		if err != nil {
			return nil, err
		}
	}
	if err := r.Err(); err != nil {
		return nil, &Problem{name, 0, err.Error(), "it is no file of Go's benchmark format"}
	}
	return b.finish(r.Units())
}

// checkUnit refuses declarations that would be read as their absence.
func checkUnit(name string, u *benchfmt.UnitMetadata) error {
	_, line := u.Pos()
	known := map[string][]string{"assume": {"exact", "nothing"}, "better": {"higher", "lower"}}
	values, ok := known[u.Key]
	if !ok {
		return nil
	}
	for _, v := range values {
		if u.Value == v {
			return nil
		}
	}
	return &Problem{name, line, "unit " + u.OrigUnit + " has " + u.Key + "=" + u.Value,
		"there are " + u.Key + "=" + values[0] + " and " + u.Key + "=" + values[1]}
}

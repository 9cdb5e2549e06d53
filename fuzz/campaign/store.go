package campaign

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"credence/fuzz/prog"
	"credence/fuzz/target"
)

// divider stands between a stored program and what happens when it is run, as in
// fuzz/testdata.
const divider = "----\n"

// The files of a stored find.
const (
	programFile  = "program.txt"
	inputFile    = "input.bin" // of what is no program
	testFile     = "find_test.go"
	timelineFile = "timeline.pftrace"
	aboutFile    = "find.txt"
)

// Load reads a stored program, and leaves out what happens when it is run.
func Load(file string) (*prog.Program, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	program, _, _ := strings.Cut(string(text), divider)
	return prog.Parse(file, program)
}

// Store is a folder with a folder for each find.
type Store struct {
	Dir string
	// Write writes a file; nil is os.WriteFile.
	Write func(file string, data []byte) error
}

// Add stores f, and notes in it the file that reproduces it: its program, or its
// input. Beside that come what is wrong, a Go test that fails as long as it is, and
// a timeline for ui.perfetto.dev. Two finds of one class are one folder, the later
// one's. A file that is there is whole: what a full disk leaves is named .part. If
// only what stands beside the input fails, f is stored all the same.
func (s *Store) Add(f *Find) error {
	dir := filepath.Join(s.Dir, folderName(f.Class))
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	name, text := inputFile, f.Data
	if f.Program != nil {
		name, text = programFile, []byte(f.text())
	}
	file := filepath.Join(dir, name)
	if err := s.write(file, text); err != nil {
		return err
	}
	f.File = file
	errs := []error{
		s.write(filepath.Join(dir, aboutFile), []byte(f.about())),
		s.write(filepath.Join(dir, testFile), f.goTest()),
	}
	if f.Program != nil && f.Invariant != Hang && f.Invariant != Crash {
		var b bytes.Buffer
		errs = append(errs, target.Record(f.Program).WritePerfetto(&b),
			s.write(filepath.Join(dir, timelineFile), b.Bytes()))
	}
	return errors.Join(errs...)
}

// write writes a file under another name first.
func (s *Store) write(file string, data []byte) error {
	write := s.Write
	if write == nil {
		write = func(file string, data []byte) error { return os.WriteFile(file, data, 0o666) }
	}
	if err := write(file+".part", data); err != nil {
		return err
	}
	return os.Rename(file+".part", file)
}

// text returns f's program with what is wrong in comments at its top.
func (f *Find) text() string {
	head, rest, _ := strings.Cut(f.Program.String(), "\n") // the first line is the version
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n# %s\n", head, f.Class)
	for line := range strings.Lines(f.Message) {
		fmt.Fprintf(&b, "# %s\n", strings.TrimSuffix(line, "\n"))
	}
	if !f.Stable {
		b.WriteString("# It did not come again each time.\n")
	}
	b.WriteString(rest)
	return b.String()
}

// Repro returns the line that reproduces a stored find.
func (f *Find) Repro() string {
	flag := ""
	if f.Program == nil {
		flag = "-target " + f.Target + " "
	}
	return "go run -tags invariants ./fuzz/cmd/schedfuzz repro " + flag + f.File
}

// about says what was found, by whom, and what reproduces it.
func (f *Find) about() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n%s\n\nFound by %s on %s after %.1f s.\n", f.Class, f.Message, f.Engine,
		f.Target, f.After.Seconds())
	if !f.Stable {
		b.WriteString("It did not come again each time.\n")
	}
	fmt.Fprintf(&b, "\nTo reproduce, in the source's folder:\n\n  %s\n", f.Repro())
	fmt.Fprintf(&b, "  go test -tags invariants,find %s\n", filepath.Join(filepath.Dir(f.File), testFile))
	if f.History != "" {
		fmt.Fprintf(&b, "\nWhat happens:\n\n%s", f.History)
	}
	return b.String()
}

// folderName makes a folder's name of a class.
func folderName(class string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || r == '.':
			return r
		}
		return '-'
	}, class)
}

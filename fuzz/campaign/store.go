package campaign

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"credence/fuzz/prog"
	"credence/hwmock/vector"
)

// divider stands between a stored program and what happens when it is run, as in
// fuzz/testdata.
const divider = "----\n"

// Load reads a stored program, and leaves out what happens when it is run.
func Load(file string) (*prog.Program, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	program, _, _ := strings.Cut(string(text), divider)
	return prog.Parse(file, program)
}

// Store writes f's program to a new file in dir, with what is wrong in comments at
// its top, and notes the file in f. Two finds of one class are one file, the later one's.
func (f *Find) Store(dir string) error {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	file := filepath.Join(dir, fileName(f.Class))
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
	// A file that is there is whole: a full disk leaves the part.
	if err := os.WriteFile(file+".part", []byte(b.String()), 0o666); err != nil {
		return err
	}
	if err := os.Rename(file+".part", file); err != nil {
		return err
	}
	f.File = file
	return nil
}

// fileName makes a file's name of a class.
func fileName(class string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || r == '.':
			return r
		}
		return '-'
	}, class) + ".txt"
}

// Seeds returns the programs that stand in the source tree at root: those of
// fuzz/testdata and the recorded scripts of the real scheduler.
func Seeds(root string) (list []*prog.Program, err error) {
	files, err := filepath.Glob(filepath.Join(root, "fuzz/testdata/*.txt"))
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		p, err := Load(file)
		if err != nil {
			return nil, err
		}
		list = append(list, p)
	}
	recorded, err := vector.ReadArchive(filepath.Join(root, "core/sched/testdata/vectors.tar.gz"))
	if err != nil {
		return nil, err
	}
	for _, f := range recorded {
		p, err := prog.Parse(f.Name, string(f.Text))
		if err != nil {
			return nil, err
		}
		list = append(list, p)
	}
	return list, nil
}

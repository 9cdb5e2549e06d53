package sim

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"unicode"
	"unicode/utf8"

	"credence/hwmock/workload"
)

// Suffix is how the names of workload files end.
const Suffix = ".wsim"

// CompileFile reads a workload file and compiles it for a device. Errors name
// the path, with the line where there is one, and say what to do.
func CompileFile(path string, c workload.Capabilities) (*workload.Program, error) {
	f, err := os.Open(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("%s: no such file; check the path", path)
	case err != nil:
		return nil, fmt.Errorf("%s: %w; check the path", path, reason(err))
	}
	defer f.Close()
	if st, err := f.Stat(); err == nil && st.IsDir() {
		return nil, fmt.Errorf("%s: is a directory; name the files in it, as in %s", path,
			filepath.Join(path, "*"+Suffix))
	}
	w, err := workload.Parse(path, f)
	if err != nil {
		return nil, err
	}
	return w.Compile(c)
}

// reason strips the path from an error of the file system, which the message
// has already.
func reason(err error) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err
	}
	return err
}

// Labels returns a name for each path that fits into a benchmark's name: the
// last element without Suffix, or as much of the path as is needed where
// different paths would get the same name.
func Labels(paths []string) []string {
	labels := make([]string, len(paths))
	owner := map[string]string{} // label -> path
	clash := map[string]bool{}
	for i, p := range paths {
		labels[i] = label(filepath.Base(p))
		if o, ok := owner[labels[i]]; ok && o != filepath.Clean(p) {
			clash[labels[i]] = true
		}
		owner[labels[i]] = filepath.Clean(p)
	}
	for i, p := range paths {
		if clash[labels[i]] {
			labels[i] = label(filepath.Clean(p))
		}
	}
	return labels
}

// label makes a name out of a path.
func label(path string) string {
	if name := strings.TrimSuffix(path, Suffix); name != "" {
		path = name
	}
	return Field(path)
}

// Field makes s fit for the value of a key in a benchmark's name.
func Field(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '/' || r == '\\':
			return ':'
		case r == ' ' || r == '=' || r == utf8.RuneError || !unicode.IsPrint(r):
			return '_'
		}
		return r
	}, s)
}

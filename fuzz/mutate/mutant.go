package mutate

import (
	"bytes"
	"fmt"
	"go/token"
	"path"
)

// Mutant is a package with one place changed.
type Mutant struct {
	// ID names it, whatever moves around it: file:function:operator:n, where n
	// counts from 1 within the function.
	ID string
	// Operator is what was done.
	Operator string
	// File is where, as a path from the module's root, and Line, from 1.
	File string
	Line int
	// Before and After are the text of the place.
	Before, After string

	from, to int // bytes of the file
}

// Source returns the file with the place changed.
func (m *Mutant) Source(file []byte) []byte {
	var b bytes.Buffer
	b.Write(file[:m.from])
	b.WriteString(m.After)
	b.Write(file[m.to:])
	return b.Bytes()
}

// String says where and what on one line.
func (m *Mutant) String() string {
	return fmt.Sprintf("%s:%d: %s: %s -> %s", m.File, m.Line, m.Operator, flat(m.Before), flat(m.After))
}

// flat returns code as one short line.
func flat(s string) string {
	out := bytes.Join(bytes.Fields([]byte(s)), []byte(" "))
	const most = 70
	if len(out) > most {
		out = append(out[:most:most], "..."...)
	}
	return string(out)
}

// names gives mutants their IDs.
type names map[string]int

func (n names) name(file, function, operator string) string {
	key := path.Base(file) + ":" + function + ":" + operator
	n[key]++
	return fmt.Sprintf("%s:%d", key, n[key])
}

// span is a place in a file.
type span struct{ from, to int }

func spanOf(fset *token.FileSet, from, to token.Pos) span {
	return span{fset.Position(from).Offset, fset.Position(to).Offset}
}

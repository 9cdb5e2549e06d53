package campaign

import (
	"fmt"
	"go/format"
	"strings"
)

// The build tag keeps ./... from running what is known to fail.
const testHead = `//go:build find

// %s
//
//	go test -tags invariants,find %s
package find

import (
	"testing"
%s
	"credence/fuzz/target"
)

`

const programTest = `func TestFind(t *testing.T) {
	p, err := prog.Parse("find", program)
	if err != nil {
		t.Fatal(err)
	}
	if f := target.Replay(p).Finding; f != nil {
		t.Fatal(f)
	}
}

const program = %s
`

const inputTest = `func TestFind(t *testing.T) {
	if _, f := target.Lookup(%q).Run([]byte(%q)); f != nil {
		t.Fatal(f)
	}
}
`

// goTest returns a Go test that fails as long as f is one.
func (f *Find) goTest() []byte {
	var b strings.Builder
	class := strings.Join(strings.Fields(f.Class), " ")
	if p := f.Program; p != nil {
		fmt.Fprintf(&b, testHead, class, testFile, "\n\t\"credence/fuzz/prog\"")
		fmt.Fprintf(&b, programTest, "`"+p.String()+"`")
	} else {
		fmt.Fprintf(&b, testHead, class, testFile, "")
		fmt.Fprintf(&b, inputTest, f.Target, f.Data)
	}
	text, err := format.Source([]byte(b.String()))
	if err != nil {
		panic(fmt.Sprintf("campaign: %v in\n%s", err, b.String())) // a program has no quotes
	}
	return text
}

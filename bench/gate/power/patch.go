package power

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
)

// site is a function into which work is put.
type site struct {
	dir  string // of its package, from the root, as in core/spsc
	recv string // type of the receiver, "" for a function
	name string
}

func (s site) String() string {
	if s.recv == "" {
		return s.dir + "." + s.name
	}
	return s.dir + "." + s.recv + "." + s.name
}

// siteOf returns the site of a linker symbol of this module, as in
// "credence/core/spsc.(*Queue[go.shape.uint64]).Pop".
func siteOf(symbol string) (site, bool) {
	path, ok := strings.CutPrefix(symbol, "credence/")
	if !ok || !strings.HasPrefix(path, "core/") {
		return site{}, false
	}
	head, _, _ := strings.Cut(path, "[")
	slash := strings.LastIndexByte(head, '/') + 1
	dot := strings.IndexByte(path[slash:], '.')
	if dot < 0 {
		return site{}, false
	}
	dir, rest := path[:slash+dot], path[slash+dot+1:]
	if star, ok := strings.CutPrefix(rest, "(*"); ok {
		recv, name, ok := strings.Cut(star, ").")
		recv, _, _ = strings.Cut(recv, "[")
		return site{dir, recv, name}, ok && token.IsIdentifier(name)
	}
	rest, _, _ = strings.Cut(rest, "[")
	return site{dir, "", rest}, token.IsIdentifier(rest)
}

// insert puts statements at the beginning of a site's body, on the line of its
// brace, in the tree at dir, and declarations into a file of their own beside it.
func insert(dir string, s site, statements, declarations string) error {
	folder := filepath.Join(dir, filepath.FromSlash(s.dir))
	files, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil {
		return err
	}
	for _, path := range files {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		set := token.NewFileSet()
		f, err := parser.ParseFile(set, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, d := range f.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || fn.Name.Name != s.name || receiver(fn) != s.recv || fn.Body == nil {
				continue
			}
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			at := set.Position(fn.Body.Lbrace).Offset + 1
			patched := string(text[:at]) + " " + statements + "\n" + string(text[at:])
			return addFile(path, patched, filepath.Join(folder, "drag.go"),
				"package "+f.Name.Name+"\n\n"+declarations)
		}
	}
	return fmt.Errorf("there is no function %s", s)
}

// addFile writes a changed file and a new one.
func addFile(path, text, extra, extraText string) error {
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		return err
	}
	return os.WriteFile(extra, []byte(extraText), 0o666)
}

// receiver returns the name of a method's type.
func receiver(fn *ast.FuncDecl) string {
	if fn.Recv == nil || len(fn.Recv.List) == 0 {
		return ""
	}
	t := fn.Recv.List[0].Type
	if star, ok := t.(*ast.StarExpr); ok {
		t = star.X
	}
	switch g := t.(type) {
	case *ast.IndexExpr:
		t = g.X
	case *ast.IndexListExpr:
		t = g.X
	}
	if id, ok := t.(*ast.Ident); ok {
		return id.Name
	}
	return ""
}

// dragVars are what inserted work reads and writes.
const dragVars = "var (\n\tdragCount uint64\n\tdragSink  uint64\n\tdragTable [64]uint64\n)\n"

// work is a way to make the push and pop of one goroutine slower.
type work struct {
	name  string
	at    site
	index string // what counts the calls
	every int    // calls between turns, a power of two
}

// works are placed on both halves of the path. They count by the place in the ring:
// a counter of their own would alone cost 3 % of a push.
var works = []work{
	{"push-256", site{"core/spsc", "Queue", "TryPush"}, "q.prod.at", 256},
	{"pop-256", site{"core/spsc", "Queue", "Pop"}, "q.cons.at", 256},
}

// chain takes host time now and then: n multiplications each of which waits for the
// one before.
func (w *work) chain(n int) string {
	return fmt.Sprintf("if %s&%d == 0 { x := dragSink; for n := %d; n > 0; n-- "+
		"{ x = x*6364136223846793005 + 1442695040888963407 }; dragSink = x };", w.index, w.every-1, n)
}

// shapes are ways to execute more instructions, about `per` of them a turn, the finest
// first.
var shapes = []struct {
	name string
	per  float64
	text func(n int, odd uint64) string
}{
	{"straight", 1, func(n int, odd uint64) string {
		var b strings.Builder
		for i := range n { // other words, or the compiler makes one addition of them
			fmt.Fprintf(&b, "dragTable[%d]++; ", (odd+uint64(i))&63)
		}
		return b.String()
	}},
	{"add", 4, func(n int, odd uint64) string {
		return fmt.Sprintf("for n := uint64(%d); n > 0; n-- { dragSink += n ^ %d };", n, odd)
	}},
	{"multiply", 5, func(n int, odd uint64) string {
		return fmt.Sprintf("for n := uint64(%d); n > 0; n-- { dragSink = dragSink*%d + n };", n, odd)
	}},
	{"table", 6, func(n int, odd uint64) string {
		return fmt.Sprintf("for n := uint64(%d); n > 0; n-- { dragTable[(n+%d)&63]++ };", n, odd&63)
	}},
	{"branch", 6, func(n int, odd uint64) string {
		return fmt.Sprintf("for n := uint64(%d); n > 0; n-- { if (dragCount+n)&%d == 0 { dragSink++ }; "+
			"dragCount++ };", n, odd&7|1)
	}},
	{"shift", 5, func(n int, odd uint64) string {
		return fmt.Sprintf("for n := uint64(%d); n > 0; n-- { dragSink ^= dragSink<<%d ^ n };", n, odd%13+1)
	}},
}

// unrelated adds a function that nothing calls but that is linked, of a random
// length, to the package at dir.
func unrelated(dir string, r *rand.Rand) (string, error) {
	n := 1 + r.IntN(200)
	var b strings.Builder
	b.WriteString("package micro\n\n//go:noinline\nfunc unrelated(x uint64) uint64 {\n")
	for range n {
		fmt.Fprintf(&b, "\tx = x*%d ^ x>>%d\n", r.Uint64()|1, 1+r.IntN(60))
	}
	b.WriteString("\treturn x\n}\n\n// Unrelated keeps the function in the binary.\n" +
		"var Unrelated = unrelated\n")
	path := filepath.Join(dir, "bench", "micro", "unrelated.go")
	return fmt.Sprintf("a function of %d statements added", n),
		os.WriteFile(path, []byte(b.String()), 0o666)
}

// swapper replaces the hash of the event history by one in which two events change
// places: event number FIRST and the one SPAN later, from the environment.
func swapper(dir string) error {
	path := filepath.Join(dir, "hwmock", "rig", "meter.go")
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	const head = "func (h history) word("
	if strings.Count(string(text), head) != 1 {
		return fmt.Errorf("%s has no single %s", path, head)
	}
	return addFile(path, strings.Replace(string(text), head, "func (h history) plainly(", 1),
		filepath.Join(dir, "hwmock", "rig", "swap.go"), swapSource)
}

// Variables of the environment that swapSource reads.
const (
	firstVariable = "CREDENCE_SWAP_FIRST"
	spanVariable  = "CREDENCE_SWAP_SPAN"
)

const swapSource = `package rig

import (
	"os"
	"strconv"
)

// swapWords is how many words of the history an event has.
const swapWords = 4

var (
	swapFirst, _ = strconv.Atoi(os.Getenv("` + firstVariable + `"))
	swapSpan, _  = strconv.Atoi(os.Getenv("` + spanVariable + `"))
	swapNumber   int // words so far
	swapHeld     []uint64
)

// word hashes the events in their order, but for two: what lies from the first to
// the second is held back until it is known.
func (h history) word(x uint64) history {
	if h == historyStart && len(swapHeld) == 0 {
		swapNumber = 0
	}
	at := swapNumber/swapWords + 1
	swapNumber++
	if swapSpan == 0 || at < swapFirst || at > swapFirst+swapSpan {
		return h.plainly(x)
	}
	swapHeld = append(swapHeld, x)
	if n := len(swapHeld); n == (swapSpan+1)*swapWords {
		for i := range swapWords {
			last := n - swapWords + i
			swapHeld[i], swapHeld[last] = swapHeld[last], swapHeld[i]
		}
		for _, x := range swapHeld {
			h = h.plainly(x)
		}
		swapHeld = swapHeld[:0]
	}
	return h
}
`

// Package core_test holds the direction of imports and the restrictions of the
// core.
package core_test

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/go/packages"
)

const module = "credence"

// tiers is the one direction of imports: a package may import those of lower
// tiers, and of its own where same says so. The longest prefix counts.
var tiers = []struct {
	prefix string
	tier   int
	same   bool
}{
	{"core/xatomic", 0, false},
	{"core/invariant", 0, false},
	{"core/spsc", 1, false},
	{"core/credit", 1, false},
	{"core/fence", 1, false},
	{"core/sched", 2, false},
	{"core/live", 3, false},
	{"hwmock", 4, true},
	{"bench", 5, true},
	{"fuzz", 5, true},
}

// free are the core packages that may do what the core must not: the door to
// shared memory, and what runs the core for real.
var free = []string{module + "/core/xatomic", module + "/core/live"}

// banned are imports with which the core would own the world.
var banned = []string{
	"sync", "sync/atomic", "time", "unsafe", "os", "runtime", "crypto/rand",
	"math/rand", "math/rand/v2", "hash/maphash",
}

func tierOf(path string) (t int, same bool) {
	for _, r := range tiers {
		if p := module + "/" + r.prefix; path == p || strings.HasPrefix(path, p+"/") {
			return r.tier, r.same
		}
	}
	return -1, false
}

// checkImports reports the imports of a package that run the wrong way.
func checkImports(path string, imports []string) (bad []string) {
	tier, same := tierOf(path)
	if tier < 0 {
		return []string{path + ": not in the table of tiers"}
	}
	for _, imp := range imports {
		std := !strings.Contains(strings.SplitN(imp, "/", 2)[0], ".")
		own := imp == module || strings.HasPrefix(imp, module+"/")
		switch t, _ := tierOf(imp); {
		case own && t < 0:
			bad = append(bad, path+" imports "+imp+", which is not in the table of tiers")
		case own && (t > tier || t == tier && !(same && top(path) == top(imp))):
			bad = append(bad, path+" imports "+imp)
		case !own && tier <= 3 && !std:
			bad = append(bad, path+" imports "+imp+", which is not the standard library")
		case !own && tier <= 3 && !slices.Contains(free, path) && slices.Contains(banned, imp):
			bad = append(bad, path+" imports "+imp+", which the core leaves to xatomic and live")
		}
	}
	return bad
}

func top(path string) string { return strings.Split(path, "/")[1] }

// checkSyntax reports what a core package must not do.
func checkSyntax(p *packages.Package) (bad []string) {
	report := func(pos token.Pos, what string) {
		at := p.Fset.Position(pos)
		bad = append(bad, fmt.Sprintf("%s:%d: %s", filepath.Base(at.Filename), at.Line, what))
	}
	for _, f := range p.Syntax {
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.GoStmt:
				report(n.Pos(), "go statement")
			case *ast.ChanType, *ast.SendStmt, *ast.SelectStmt:
				report(n.Pos(), "channel")
			case *ast.UnaryExpr:
				if n.Op == token.ARROW {
					report(n.Pos(), "channel")
				}
			case *ast.RangeStmt:
				switch p.TypesInfo.TypeOf(n.X).Underlying().(type) {
				case *types.Map:
					report(n.Pos(), "iteration over a map")
				case *types.Chan:
					report(n.Pos(), "channel")
				}
			}
			return true
		})
	}
	return bad
}

func load(t *testing.T, tags string, overlay map[string][]byte, patterns ...string) []*packages.Package {
	t.Helper()
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	pkgs, err := packages.Load(&packages.Config{
		Mode: packages.NeedName | packages.NeedImports | packages.NeedSyntax | packages.NeedFiles |
			packages.NeedTypes | packages.NeedTypesInfo,
		Dir: root, Overlay: overlay, BuildFlags: []string{"-tags=" + tags},
	}, patterns...)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range pkgs {
		for _, e := range p.Errors {
			t.Fatalf("%s: %v", p.PkgPath, e)
		}
	}
	return pkgs
}

func violations(pkgs []*packages.Package) (bad []string) {
	for _, p := range pkgs {
		if len(p.GoFiles) == 0 {
			continue // tests alone
		}
		var imports []string
		for imp := range p.Imports {
			imports = append(imports, imp)
		}
		slices.Sort(imports)
		bad = append(bad, checkImports(p.PkgPath, imports)...)
		if tier, _ := tierOf(p.PkgPath); tier <= 3 && !slices.Contains(free, p.PkgPath) {
			bad = append(bad, checkSyntax(p)...)
		}
	}
	return bad
}

func TestImportsRunOneWay(t *testing.T) {
	for _, tags := range []string{"", "invariants", "gofuzz", "explore"} {
		t.Run("tags="+tags, func(t *testing.T) {
			pkgs := load(t, tags, nil, "./core/...", "./hwmock/...", "./bench/...", "./fuzz/...")
			if len(pkgs) < 10 {
				t.Fatalf("only %d packages seen", len(pkgs))
			}
			for _, b := range violations(pkgs) {
				t.Error(b)
			}
		})
	}
}

// TestRulesBite plants violations in a core package and looks for a complaint
// about each.
func TestRulesBite(t *testing.T) {
	const source = `package spsc

import (
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"

	"credence/core/credit"
	"credence/hwmock/des"
	"github.com/montanaflynn/stats"
)

var (
	_ = rand.Int
	_ sync.Mutex
	_ atomic.Int32
	_ = time.Now
	_ unsafe.Pointer
	_ credit.Counter
	_ des.Engine
	_ = stats.Mean
)

func zzGo() { go zzGo() }
func zzReceive(c interface{ C() <-chan int }) { <-c.C() }
func zzRange(m map[int]int) { for range m {} }
`
	file, err := filepath.Abs("spsc/zz_planted.go")
	if err != nil {
		t.Fatal(err)
	}
	bad := violations(load(t, "", map[string][]byte{file: []byte(source)}, "./core/spsc"))
	for _, want := range []string{
		"go statement", "channel", "iteration over a map",
		"imports time,", "imports sync,", "imports sync/atomic,", "imports math/rand/v2,",
		"imports unsafe,", "imports credence/core/credit", "imports credence/hwmock/des",
		"imports github.com/montanaflynn/stats, which is not the standard library",
	} {
		if !slices.ContainsFunc(bad, func(b string) bool { return strings.Contains(b, want) }) {
			t.Errorf("no complaint with %q in %q", want, bad)
		}
	}
}

func TestTiersCoverBothHalves(t *testing.T) {
	for _, c := range []struct{ from, to string }{
		{"bench/report", "fuzz/prog"}, {"fuzz/target", "bench/gate"},
		{"core/live", "hwmock/rig"}, {"hwmock/rig", "fuzz/prog"}, {"hwmock/rig", "bench/micro"},
	} {
		if len(checkImports(module+"/"+c.from, []string{module + "/" + c.to})) == 0 {
			t.Errorf("%s may import %s", c.from, c.to)
		}
	}
	if bad := checkImports(module+"/fuzz/target", []string{module + "/hwmock/rig", module + "/fuzz/prog"}); bad != nil {
		t.Error(bad)
	}
}

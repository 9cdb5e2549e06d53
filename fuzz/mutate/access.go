package mutate

import (
	"go/ast"
	"go/types"
	"slices"
)

// access is what a call does to memory that others see.
type access uint8

const (
	accessNone access = iota
	accessLoad
	accessStore
	accessModify // read-modify-write
	accessWake
)

// atomics are the packages whose methods are accesses, and methods what each is.
var (
	atomics = []string{"sync/atomic", "credence/core/xatomic"}
	methods = map[string]access{
		"Load": accessLoad, "Get": accessLoad,
		"Store": accessStore, "Set": accessStore,
		"Add": accessModify, "And": accessModify, "Or": accessModify, "Swap": accessModify,
		"CompareAndSwap": accessModify,
		"Unpark":         accessWake,
	}
	// wakes are calls by which somebody is told to look again.
	wakes = []string{"wake", "kick", "Kick", "Wake", "Queue", "announce"}
	// looks are calls that tell what others left.
	looks = []string{"Empty", "Peek", "Signaled", "any"}
)

// accesses tells the accesses of a package apart.
type accesses struct {
	info     *types.Info
	forwards map[*types.Func]access // methods that are one access and nothing else
}

func (p *Package) accesses() *accesses {
	a := &accesses{info: p.info, forwards: map[*types.Func]access{}}
	for _, f := range p.files {
		for _, d := range f.syntax.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok {
				a.forward(fn)
			}
		}
	}
	return a
}

// forward notes fn if it is one access under another name.
func (a *accesses) forward(fn *ast.FuncDecl) {
	if fn.Body == nil || len(fn.Body.List) != 1 || fn.Recv == nil {
		return
	}
	var e ast.Expr
	switch s := fn.Body.List[0].(type) {
	case *ast.ExprStmt:
		e = s.X
	case *ast.ReturnStmt:
		if len(s.Results) == 1 {
			e = s.Results[0]
		}
	}
	if e == nil {
		return
	}
	kinds := a.in(e)
	if o, ok := a.info.Defs[fn.Name].(*types.Func); ok && len(kinds) == 1 {
		a.forwards[o] = kinds[0]
	}
}

// of returns what a call does.
func (a *accesses) of(c *ast.CallExpr) access {
	sel, ok := ast.Unparen(c.Fun).(*ast.SelectorExpr)
	if !ok {
		return accessNone
	}
	fn, ok := a.info.Uses[sel.Sel].(*types.Func)
	if !ok {
		return accessNone
	}
	if fn.Pkg() != nil && slices.Contains(atomics, fn.Pkg().Path()) && fn.Signature().Recv() != nil {
		return methods[fn.Name()]
	}
	if k := a.forwards[fn.Origin()]; k != accessNone {
		return k
	}
	switch {
	case slices.Contains(wakes, fn.Name()):
		return accessWake
	case slices.Contains(looks, fn.Name()):
		return accessLoad
	}
	return accessNone
}

// in returns the accesses of an expression or a statement, in the order of the
// text; those of function literals are not its own.
func (a *accesses) in(n ast.Node) (kinds []access) {
	ast.Inspect(n, func(n ast.Node) bool {
		if _, ok := n.(*ast.FuncLit); ok {
			return false
		}
		if c, ok := n.(*ast.CallExpr); ok {
			if k := a.of(c); k != accessNone {
				kinds = append(kinds, k)
			}
		}
		return true
	})
	return kinds
}

package mutate

import (
	"fmt"
	"go/ast"
	"go/token"
	"slices"
)

// The operators on shared accesses.
const (
	DeleteStore  = "delete-store"
	DeleteModify = "delete-modify"
	DeleteWake   = "delete-wake"
	SwapAccesses = "swap"
	DropLook     = "drop-look"
)

// Shared returns the mutants of a package's shared accesses, in the order of
// files and lines.
func (p *Package) Shared() []Mutant {
	a, n := p.accesses(), names{}
	var list []Mutant
	for _, f := range p.files {
		for _, d := range f.syntax.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Body != nil {
				c := cutter{p: p, f: f, a: a, names: n, function: functionName(fn)}
				c.cut(fn.Body)
				list = append(list, c.list...)
			}
		}
	}
	return list
}

// cutter makes the mutants of one function.
type cutter struct {
	p        *Package
	f        source
	a        *accesses
	names    names
	function string
	wrote    bool // a shared write stands above
	list     []Mutant
}

func (c *cutter) cut(body *ast.BlockStmt) {
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BlockStmt:
			c.pairs(n.List)
		case *ast.CaseClause:
			c.pairs(n.Body)
		case *ast.ExprStmt:
			if call, ok := n.X.(*ast.CallExpr); ok {
				return c.statement(n, call)
			}
		case *ast.IfStmt:
			c.look(n)
		case *ast.CallExpr:
			c.value(n)
		}
		return true
	})
}

// add notes that the text of a place becomes another.
func (c *cutter) add(operator string, from, to token.Pos, after string) {
	s := spanOf(c.p.fset, from, to)
	c.list = append(c.list, Mutant{
		ID: c.names.name(c.f.name, c.function, operator), Operator: operator,
		File: c.f.name, Line: c.p.fset.Position(from).Line,
		Before: string(c.f.text[s.from:s.to]), After: after, from: s.from, to: s.to,
	})
}

func (c *cutter) text(n ast.Node) string {
	s := spanOf(c.p.fset, n.Pos(), n.End())
	return string(c.f.text[s.from:s.to])
}

// statement leaves out a call that is a statement of its own. It reports whether
// there is more to look for inside.
func (c *cutter) statement(s *ast.ExprStmt, call *ast.CallExpr) bool {
	switch c.a.of(call) {
	case accessStore:
		c.add(DeleteStore, s.Pos(), s.End(), c.keep(call))
		c.wrote = true
	case accessModify:
		c.add(DeleteModify, s.Pos(), s.End(), c.keep(call))
		c.wrote = true
	case accessWake:
		c.add(DeleteWake, s.Pos(), s.End(), c.keep(call))
	default:
		return true
	}
	return false
}

// keep is what stands for a call that is left out: its operands are still used,
// or variables would be left that nobody uses.
func (c *cutter) keep(call *ast.CallExpr) string {
	var left, right string
	for i, arg := range call.Args {
		if i > 0 {
			left, right = left+", ", right+", "
		}
		left, right = left+"_", right+c.text(arg)
	}
	if sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr); ok && len(call.Args) == 0 {
		return "_ = &" + c.text(sel.X)
	}
	return left + " = " + right
}

// value leaves out the write of a read-modify-write whose result is used.
func (c *cutter) value(call *ast.CallExpr) {
	if c.a.of(call) != accessModify {
		return
	}
	sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
	if !ok {
		return
	}
	c.wrote = true
	x := c.text(sel.X)
	switch sel.Sel.Name {
	case "CompareAndSwap":
		c.add(DeleteModify, call.Pos(), call.End(), fmt.Sprintf(
			"func(_, _ any) bool { return true }(%s, %s)", c.text(call.Args[0]), c.text(call.Args[1])))
	case "Add":
		c.add(DeleteModify, call.Pos(), call.End(), fmt.Sprintf("(%s.Load() + (%s))", x, c.text(call.Args[0])))
	case "Swap":
		c.add(DeleteModify, call.Pos(), call.End(), x+".Load()")
	}
}

// look drops a condition that looks at shared memory again after a write.
func (c *cutter) look(s *ast.IfStmt) {
	kinds := c.a.in(s.Cond)
	if !c.wrote || !slices.Contains(kinds, accessLoad) || slices.Contains(kinds, accessModify) {
		return
	}
	c.add(DropLook, s.Cond.Pos(), s.Cond.End(), "false && ("+c.text(s.Cond)+")")
}

// pairs swaps statements that both access shared memory, with none between them
// that does.
func (c *cutter) pairs(list []ast.Stmt) {
	last := -1
	for i, s := range list {
		switch {
		case len(c.a.in(s)) == 0:
			continue
		case !c.simple(s):
			last = -1
			continue
		case last >= 0:
			a := list[last]
			gap := spanOf(c.p.fset, a.End(), s.Pos())
			c.add(SwapAccesses, a.Pos(), s.End(), c.text(s)+string(c.f.text[gap.from:gap.to])+c.text(a))
		}
		last = i
	}
}

// simple reports whether s is a plain statement with a shared access.
func (c *cutter) simple(s ast.Stmt) bool {
	switch s.(type) {
	case *ast.ExprStmt, *ast.AssignStmt, *ast.IncDecStmt:
		return len(c.a.in(s)) > 0
	}
	return false
}

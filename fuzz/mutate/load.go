package mutate

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/tools/go/packages"
)

// Package is a package whose mutants are wanted.
type Package struct {
	Path  string // as imported
	Dir   string // from the module's root
	fset  *token.FileSet
	info  *types.Info
	files []source
}

// source is one of its files.
type source struct {
	name   string // from the module's root
	text   []byte
	syntax *ast.File
}

// Load reads a package of the module at root, as it is built for production;
// dir is its folder, from the root.
func Load(root, dir string) (*Package, error) {
	root, err := filepath.Abs(root)
	if err != nil {
		return nil, err
	}
	list, err := packages.Load(&packages.Config{
		Dir: root,
		Mode: packages.NeedName | packages.NeedFiles | packages.NeedCompiledGoFiles | packages.NeedSyntax |
			packages.NeedTypes | packages.NeedTypesInfo,
	}, "./"+dir)
	if err != nil {
		return nil, err
	}
	if len(list) != 1 || len(list[0].Errors) > 0 || len(list[0].Syntax) == 0 {
		return nil, fmt.Errorf("%s: is no package that compiles: %v; name the folder of one", dir, list[0].Errors)
	}
	p := &Package{Path: list[0].PkgPath, Dir: dir, fset: list[0].Fset, info: list[0].TypesInfo}
	for i, f := range list[0].Syntax {
		name := list[0].CompiledGoFiles[i]
		text, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		rel, err := filepath.Rel(root, name)
		if err != nil || strings.HasPrefix(rel, "..") {
			continue // made by the go command
		}
		p.files = append(p.files, source{filepath.ToSlash(rel), text, f})
	}
	return p, nil
}

// Text returns one of the package's files.
func (p *Package) Text(file string) []byte {
	for _, f := range p.files {
		if f.name == file {
			return f.text
		}
	}
	return nil
}

// functionAt returns the name of the function around a position, or "-".
func functionAt(f *ast.File, pos token.Pos) string {
	for _, d := range f.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok && fn.Pos() <= pos && pos < fn.End() {
			return functionName(fn)
		}
	}
	return "-"
}

// functionName returns a function's name, of a method with its type.
func functionName(fn *ast.FuncDecl) string {
	if fn.Recv == nil || len(fn.Recv.List) == 0 {
		return fn.Name.Name
	}
	t := fn.Recv.List[0].Type
	for {
		switch x := t.(type) {
		case *ast.StarExpr:
			t = x.X
		case *ast.IndexExpr:
			t = x.X
		case *ast.IndexListExpr:
			t = x.X
		case *ast.Ident:
			return x.Name + "." + fn.Name.Name
		default:
			return fn.Name.Name
		}
	}
}

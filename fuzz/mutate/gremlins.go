package mutate

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/token"
	"os/exec"
	"path/filepath"
)

// replaced says what gremlins' operators make of a token, by operator.
var replaced = map[string]map[token.Token]token.Token{
	"CONDITIONALS_BOUNDARY": {
		token.LSS: token.LEQ, token.LEQ: token.LSS, token.GTR: token.GEQ, token.GEQ: token.GTR,
	},
	"CONDITIONALS_NEGATION": {
		token.EQL: token.NEQ, token.NEQ: token.EQL,
		token.LSS: token.GEQ, token.GEQ: token.LSS, token.GTR: token.LEQ, token.LEQ: token.GTR,
	},
	"ARITHMETIC_BASE": {
		token.ADD: token.SUB, token.SUB: token.ADD, token.MUL: token.QUO, token.QUO: token.MUL,
		token.REM: token.MUL,
	},
	"INCREMENT_DECREMENT": {token.INC: token.DEC, token.DEC: token.INC},
	"INVERT_NEGATIVES":    {token.SUB: token.ADD},
}

// listing is what gremlins writes of a package.
type listing struct {
	Files []struct {
		Name      string `json:"file_name"`
		Mutations []struct {
			Type   string `json:"type"`
			Line   int    `json:"line"`
			Column int    `json:"column"`
		} `json:"mutations"`
	} `json:"files"`
}

// AskGremlins has gremlins, of the module at root, list what it would change in a
// package; it changes nothing.
func AskGremlins(root, dir, scratch string) ([]byte, error) {
	file := filepath.Join(scratch, "gremlins.json")
	cmd := exec.Command("go", "tool", "gremlins", "unleash", "./"+dir, "--dry-run", "--silent", "--output", file)
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("go tool gremlins unleash ./%s --dry-run: %w\n%s", dir, err, out)
	}
	return readFile(file)
}

// Gremlins returns the mutants that a listing of the package names. Those which
// its tests do not even reach are among them.
func (p *Package) Gremlins(list []byte) ([]Mutant, error) {
	var l listing
	if err := json.Unmarshal(list, &l); err != nil {
		return nil, fmt.Errorf("what gremlins wrote: %w", err)
	}
	n := names{}
	var out []Mutant
	for _, f := range l.Files {
		src := p.sourceOf(filepath.ToSlash(f.Name))
		if src == nil {
			continue // of another platform, or for other build tags
		}
		for _, m := range f.Mutations {
			at, old, ok := src.tokenAt(p.fset, m.Line, m.Column)
			if !ok {
				continue
			}
			now, ok := replaced[m.Type][old]
			if !ok {
				continue
			}
			s := spanOf(p.fset, at, at+token.Pos(len(old.String())))
			fn := functionAt(src.syntax, at)
			out = append(out, Mutant{
				ID: n.name(src.name, fn, m.Type), Operator: m.Type, File: src.name, Line: m.Line,
				Before: line(src.text, s.from), After: now.String(), from: s.from, to: s.to,
			})
		}
	}
	return out, nil
}

// sourceOf finds a file by the name that gremlins gives it, from the package's
// folder or the module's root.
func (p *Package) sourceOf(name string) *source {
	for i := range p.files {
		if f := &p.files[i]; f.name == name || f.name == p.Dir+"/"+name {
			return f
		}
	}
	return nil
}

// tokenAt returns the operator at a line and column, from 1.
func (f *source) tokenAt(fset *token.FileSet, line, column int) (at token.Pos, op token.Token, ok bool) {
	match := func(pos token.Pos, t token.Token) {
		if p := fset.Position(pos); p.Line == line && p.Column == column {
			at, op, ok = pos, t, true
		}
	}
	ast.Inspect(f.syntax, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BinaryExpr:
			match(n.OpPos, n.Op)
		case *ast.UnaryExpr:
			match(n.OpPos, n.Op)
		case *ast.IncDecStmt:
			match(n.TokPos, n.Tok)
		}
		return !ok
	})
	return at, op, ok
}

// line returns the line of text around a byte.
func line(text []byte, at int) string {
	from, to := at, at
	for from > 0 && text[from-1] != '\n' {
		from--
	}
	for to < len(text) && text[to] != '\n' {
		to++
	}
	return string(text[from:to])
}

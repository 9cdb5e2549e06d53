package planted

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
)

// Tree is a copy of the module's source, to apply patches to.
type Tree struct{ Dir string }

// Copy copies the files of the module at root that git knows, or would if asked
// to add everything, to the folder to, which must be empty.
func Copy(ctx context.Context, root, to string) (*Tree, error) {
	out, err := command(ctx, root, "git", "ls-files", "-z", "--cached", "--others",
		"--exclude-standard").Output()
	if err != nil {
		return nil, fmt.Errorf("git ls-files in %s: %w; it takes a checkout", root, err)
	}
	for name := range strings.SplitSeq(strings.TrimSuffix(string(out), "\x00"), "\x00") {
		text, err := os.ReadFile(filepath.Join(root, name))
		if errors.Is(err, os.ErrNotExist) {
			continue // removed, and not yet committed
		}
		if err != nil {
			return nil, err
		}
		file := filepath.Join(to, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
			return nil, err
		}
		if err := os.WriteFile(file, text, 0o666); err != nil {
			return nil, err
		}
	}
	return &Tree{Dir: to}, nil
}

// command is a command in dir, out of reach of whatever the environment would
// have git or go look at instead.
func command(ctx context.Context, dir, name string, args ...string) *exec.Cmd {
	c := exec.CommandContext(ctx, name, args...)
	c.Dir = dir
	// An overlay in GOFLAGS would put the clean files back in place.
	c.Env = append(os.Environ(), "GOFLAGS=", "GOWORK=off")
	return c
}

// apply is how patches are applied: with one line around a change as it was, so that
// a patch outlives changes of its neighbourhood.
var apply = []string{"apply", "-p1", "-C1", "--whitespace=nowarn"}

// Apply applies p, and has each package that it changes answer for it.
func (t *Tree) Apply(ctx context.Context, p *Patch) error {
	file, err := filepath.Abs(p.File)
	if err != nil {
		return err
	}
	// Without this, a repository further up would have git skip what is not its own.
	c := command(ctx, t.Dir, "git", append(apply, file)...)
	c.Env = append(c.Env, "GIT_CEILING_DIRECTORIES="+filepath.Dir(t.Dir))
	if out, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("%s does not apply: %w\n%s", p.ID, err, bytes.TrimSpace(out))
	}
	for _, name := range p.Files {
		if err := t.mark(path.Dir(name), p.ID); err != nil {
			return err
		}
	}
	return nil
}

// asked is the environment variable that has a program answer with its plant's id
// and end.
const asked = "CREDENCE_PLANT"

// answer is the file that is added to a package.
const answer = `package %s

import "os"

func init() {
	if os.Getenv(%q) == "ask" {
		os.Stdout.WriteString(%q)
		os.Exit(0)
	}
}
`

// mark has the package in a folder answer for a plant.
func (t *Tree) mark(dir, id string) error {
	files, err := filepath.Glob(filepath.Join(t.Dir, dir, "*.go"))
	if err != nil {
		return err
	}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		for line := range strings.Lines(string(text)) {
			if name, ok := strings.CutPrefix(line, "package "); ok {
				source := fmt.Sprintf(answer, strings.TrimSpace(name), asked, id+"\n")
				return os.WriteFile(filepath.Join(t.Dir, dir, "planted_answer.go"), []byte(source), 0o666)
			}
		}
	}
	return fmt.Errorf("there is no package in %s", dir)
}

// Build builds a program of the tree with build tags into the file out.
func (t *Tree) Build(ctx context.Context, pkg, tags, out string) error {
	c := command(ctx, t.Dir, "go", "build", "-trimpath", "-tags", tags, "-o", out, pkg)
	if text, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("go build -tags %s %s: %w\n%s", tags, pkg, err, bytes.TrimSpace(text))
	}
	return nil
}

// contains reports whether the program of an engine is built from one of the files.
func (t *Tree) contains(ctx context.Context, e engine, files []string) (bool, error) {
	c := command(ctx, t.Dir, "go", "list", "-deps", "-tags", e.tags, "-f",
		"{{if not .Standard}}{{$d := .Dir}}{{range .GoFiles}}{{$d}}/{{.}}\n{{end}}{{end}}", e.pkg)
	var stderr bytes.Buffer
	c.Stderr = &stderr
	out, err := c.Output()
	if err != nil {
		return false, fmt.Errorf("go list -tags %q %s: %w\n%s", e.tags, e.pkg, err, stderr.Bytes())
	}
	for _, file := range files {
		if bytes.Contains(out, []byte(filepath.Join(t.Dir, file)+"\n")) {
			return true, nil
		}
	}
	return false, nil
}

// Check type-checks the tree, tests left aside: with the tags of both engines.
func (t *Tree) Check(ctx context.Context) error {
	for _, tags := range []string{"invariants", "explore"} {
		c := command(ctx, t.Dir, "go", "build", "-trimpath", "-tags", tags, "./core/...", "./hwmock/...")
		if text, err := c.CombinedOutput(); err != nil {
			return fmt.Errorf("go build -tags %s: %w\n%s", tags, err, bytes.TrimSpace(text))
		}
	}
	return nil
}

// Ask asks a program for its plant's id and returns an error if it is not the
// given one.
func Ask(ctx context.Context, program, id string) error {
	c := command(ctx, filepath.Dir(program), program, "-h")
	c.Env = append(c.Env, asked+"=ask")
	out, err := c.Output()
	if err != nil || string(out) != id+"\n" {
		first, _, _ := strings.Cut(string(out), "\n")
		return fmt.Errorf("the program says it has the plant %q, not %s: it was built from something "+
			"else, and does not hunt", first, id)
	}
	return nil
}

package duel

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"credence/bench/suite"
)

// Tree is a revision on disk.
type Tree struct {
	name   string // as the caller called it
	commit string
	dir    string // of its sources
	bins   string // of its binaries
	root   string // the repository, if dir is a worktree of it; otherwise ""
	first  int    // the layout that is run to see what there is
}

// Open returns a tree of sources at dir whose binaries lie, or are to be built, in
// bins; first is the layout that is run to see which benchmarks there are. Remove
// leaves both alone.
func Open(name, commit, dir, bins string, first int) *Tree {
	return &Tree{name: name, commit: commit, dir: dir, bins: bins, first: first}
}

// Resolve returns the commit that a revision names, short, and whether it names
// one. WorkingTree is its own name.
func Resolve(ctx context.Context, root, rev string) (string, bool) {
	if rev == WorkingTree {
		return suite.Commit(root), true
	}
	if strings.HasPrefix(rev, "-") {
		return "", false
	}
	out, err := git(ctx, root, "rev-parse", "--verify", "--quiet", "--short=12", rev+"^{commit}")
	return out, err == nil && out != ""
}

// Dir returns where the sources are, Commit which they are.
func (t *Tree) Dir() string    { return t.dir }
func (t *Tree) Commit() string { return t.commit }

// Reset takes back what was changed in a worktree. The working tree is left alone.
func (t *Tree) Reset(ctx context.Context) error {
	if t.root == "" {
		return errors.New("the working tree is not reset")
	}
	_, errA := git(ctx, t.dir, "checkout", "--quiet", "--force", t.commit)
	_, errB := git(ctx, t.dir, "clean", "--quiet", "-d", "--force")
	return errors.Join(errA, errB)
}

// File returns a file of a revision.
func File(ctx context.Context, root, rev, path string) (string, error) {
	if rev == WorkingTree {
		text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(path)))
		return string(text), err
	}
	out, err := git(ctx, root, "show", rev+":"+path)
	return out + "\n", err
}

// git returns what a git command prints, or an error with what it says.
func git(ctx context.Context, dir string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "git", args...)
	cmd.Dir = dir
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("git %s: %w: %s", args[0], err, bytes.TrimSpace(stderr.Bytes()))
	}
	return strings.TrimSpace(string(out)), nil
}

// CheckOut makes a worktree of a revision in dir, or takes the one at root, with an
// empty folder for binaries at dir-bin. On an error there is nothing to remove.
func CheckOut(ctx context.Context, root, rev, dir string) (*Tree, error) {
	t := &Tree{name: rev, dir: root, bins: dir + "-bin"}
	commit, ok := Resolve(ctx, root, rev)
	if !ok {
		return nil, fmt.Errorf("%s is no revision of %s; git log shows what there is", rev, root)
	}
	t.commit = commit
	if err := os.MkdirAll(t.bins, 0o777); err != nil {
		return nil, err
	}
	if rev == WorkingTree {
		return t, nil
	}
	t.root, t.dir = root, dir
	if _, err := git(ctx, root, "worktree", "add", "--quiet", "--detach", "--force", dir,
		commit); err != nil {
		t.Remove()
		return nil, err
	}
	return t, nil
}

// Remove takes a worktree away, from the disk and from git's list. It works after
// an interrupt too, on nil, and leaves the working tree alone.
func (t *Tree) Remove() {
	if t == nil || t.root == "" {
		return
	}
	if _, err := git(context.Background(), t.root, "worktree", "remove", "--force", t.dir); err != nil {
		os.RemoveAll(t.dir)
		git(context.Background(), t.root, "worktree", "prune")
	}
}

// Binary returns the path of the test binary of a package in a layout.
func (t *Tree) Binary(pkg string, layout int) string {
	return filepath.Join(t.bins, strings.ReplaceAll(pkg, "/", "-")+"."+strconv.Itoa(layout)+".test")
}

// Folder returns where a package's benchmarks run.
func (t *Tree) Folder(pkg string) string { return filepath.Join(t.dir, filepath.FromSlash(pkg)) }

// Build links the test binary of a package. Layout 0 is the linker's own order,
// any other a seed of it. Neither paths nor versions go into the binary, so that
// equal sources give equal bytes.
func (t *Tree) Build(ctx context.Context, pkg string, layout int) error {
	args := []string{"test", "-c", "-trimpath", "-buildvcs=false", "-o", t.Binary(pkg, layout)}
	if layout != 0 {
		args = append(args, "-ldflags=-randlayout="+strconv.Itoa(layout))
	}
	cmd := exec.CommandContext(ctx, "go", append(args, "./"+pkg)...)
	cmd.Dir = t.dir
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("building %s of %s: %w\n%s", pkg, t.name, err, bytes.TrimSpace(out))
	}
	return nil
}

// sameBytes reports whether two files hold the same.
func sameBytes(a, b string) bool {
	x, errX := os.ReadFile(a)
	y, errY := os.ReadFile(b)
	return errX == nil && errY == nil && bytes.Equal(x, y)
}

// layouts builds every layout of every package in which a benchmark is to be
// measured. The sides have different ones: which layout a seed gives depends on
// the source, so equal seeds would pair what has nothing in common.
func (d *duel) layouts(ctx context.Context) error {
	for _, p := range d.Packages {
		if !d.measures(p) {
			continue
		}
		for l := range d.Layouts {
			for i := range d.trees {
				d.Step("linking %s of %s, layout %d of %d", p.Path, d.trees[i].name, l+1, d.Layouts)
				if err := d.trees[i].Build(ctx, p.Path, d.seeds[i][l]); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// seed gives each side the seeds of its layouts.
func (d *duel) seed() {
	for side := range d.seeds {
		for l := range d.Layouts {
			d.seeds[side] = append(d.seeds[side],
				1+int(d.Seed%1000)*2*MaxLayouts+side*MaxLayouts+l)
		}
	}
}

// measures reports whether a package has a benchmark to measure.
func (d *duel) measures(p suite.Package) bool {
	for _, b := range d.benches {
		if b.pkg == p {
			return true
		}
	}
	return false
}

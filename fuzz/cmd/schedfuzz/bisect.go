package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

const bisectHelp = `Usage: schedfuzz bisect -good REV [-bad REV] FILE

Looks for the commit since which a stored program breaks a rule: it builds schedfuzz
of commits between the two, each in a worktree of its own in a temporary folder, and
has it reproduce FILE. Commits that do not build, or cannot read FILE, are left out.
The checkout that it runs in stays as it is.

Exit codes: 0 FILE breaks nothing at -bad, 1 the commit was found, or some of which
one is it; 2 wrong flags; 3 FILE breaks a rule at -good already, or git or go failed.

Example:
  schedfuzz bisect -good HEAD~40 fuzz/work/finds/I4-heal/program.txt

Flags:
`

// runBisect is `schedfuzz bisect`.
func runBisect(ctx context.Context, stdout, stderr io.Writer, args []string) int {
	f := flag.NewFlagSet("bisect", flag.ContinueOnError)
	f.SetOutput(io.Discard)
	good := f.String("good", "", "FILE broke nothing at `REV`")
	bad := f.String("bad", "HEAD", "FILE breaks a rule at `REV`")
	err := f.Parse(args)
	switch {
	case err != nil:
	case f.NArg() != 1:
		err = fmt.Errorf("it takes one file, not %d", f.NArg())
	case *good == "":
		err = errors.New("-good names no commit at which nothing broke")
	}
	if code, done := flagsEnd(stdout, stderr, bisectHelp, f, err); done {
		return code
	}
	b := &bisection{stderr: stderr, known: map[string]verdict{}}
	b.file, err = filepath.Abs(f.Arg(0))
	if err == nil {
		_, err = os.Stat(b.file)
	}
	if err == nil {
		b.root, err = root()
	}
	if err == nil {
		b.work, err = os.MkdirTemp("", "credence-bisect-")
	}
	if err != nil {
		return broken(stderr, "bisect", err)
	}
	defer b.clean()
	code, err := b.run(ctx, stdout, *good, *bad)
	if err != nil {
		return broken(stderr, "bisect", err)
	}
	return code
}

// verdict is what a commit makes of the file.
type verdict uint8

const (
	cannotSay verdict = iota
	isGood
	isBad
)

var verdicts = [...]string{cannotSay: "cannot say", isGood: "good", isBad: "bad"}

// bisection is a search.
type bisection struct {
	stderr           io.Writer
	root, file, work string
	known            map[string]verdict
}

// run searches between two commits.
func (b *bisection) run(ctx context.Context, stdout io.Writer, good, bad string) (int, error) {
	list, err := b.between(ctx, good, bad)
	if err != nil {
		return 0, err
	}
	first, last := list[0], list[len(list)-1]
	switch v, err := b.ask(ctx, last); {
	case err != nil:
		return 0, err
	case v == isGood:
		fmt.Fprintf(stdout, "nothing is broken at %s\n", bad)
		return exitOK, nil
	case v == cannotSay:
		return 0, fmt.Errorf("%s cannot run the file", bad)
	}
	switch v, err := b.ask(ctx, first); {
	case err != nil:
		return 0, err
	case v == isBad:
		return 0, fmt.Errorf("it breaks at %s already; name an older commit as -good", good)
	case v == cannotSay:
		return 0, fmt.Errorf("%s cannot run the file; name another commit as -good", good)
	}
	suspects, err := b.narrow(ctx, list)
	if err != nil {
		return 0, err
	}
	if len(suspects) > 1 {
		fmt.Fprintf(stdout, "one of %d commits, of which no more can be said:\n", len(suspects))
	}
	for _, c := range suspects {
		out, err := b.git(ctx, "log", "-1", "--format=%h %ad %s", "--date=short", c)
		if err != nil {
			return 0, err
		}
		fmt.Fprint(stdout, out)
	}
	return exitFinding, nil
}

// between returns the commits from good to bad, along first parents.
func (b *bisection) between(ctx context.Context, good, bad string) ([]string, error) {
	first, err := b.git(ctx, "rev-parse", "--verify", good+"^{commit}")
	if err != nil {
		return nil, err
	}
	out, err := b.git(ctx, "rev-list", "--reverse", "--first-parent", good+".."+bad)
	if err != nil {
		return nil, err
	}
	list := append(strings.Fields(first), strings.Fields(out)...)
	if len(list) == 1 {
		return nil, fmt.Errorf("there is no commit from %s to %s", good, bad)
	}
	return list, nil
}

// narrow returns the commits of which one is the first bad one: list begins with a
// good one and ends with a bad one.
func (b *bisection) narrow(ctx context.Context, list []string) ([]string, error) {
	good, bad := 0, len(list)-1
	for bad-good > 1 {
		at := -1
		for _, i := range outwards(good, bad) {
			v, err := b.ask(ctx, list[i])
			if err != nil {
				return nil, err
			}
			if v != cannotSay {
				at = i
				if v == isGood {
					good = i
				} else {
					bad = i
				}
				break
			}
		}
		if at < 0 {
			break
		}
	}
	return list[good+1 : bad+1], nil
}

// outwards returns what lies between two numbers, from the middle on.
func outwards(from, to int) (list []int) {
	middle := (from + to) / 2
	for d := range to - from {
		for _, i := range []int{middle - d, middle + d} {
			if from < i && i < to && (d > 0 || len(list) == 0) {
				list = append(list, i)
			}
		}
	}
	return list
}

// ask has a commit run the file.
func (b *bisection) ask(ctx context.Context, commit string) (v verdict, err error) {
	if v, ok := b.known[commit]; ok {
		return v, nil
	}
	tree := filepath.Join(b.work, "tree")
	if _, err := b.git(ctx, "worktree", "add", "--quiet", "--detach", "--force", tree, commit); err != nil {
		return cannotSay, err
	}
	defer b.git(context.WithoutCancel(ctx), "worktree", "remove", "--force", tree)
	v = b.judge(ctx, tree)
	if ctx.Err() != nil {
		return cannotSay, ctx.Err()
	}
	fmt.Fprintf(b.stderr, "%.12s %s\n", commit, verdicts[v])
	b.known[commit] = v
	return v, nil
}

// judge builds the command in a tree and has it reproduce the file.
func (b *bisection) judge(ctx context.Context, tree string) verdict {
	program := filepath.Join(b.work, "schedfuzz")
	c := exec.CommandContext(ctx, "go", "build", "-trimpath", "-tags", "invariants", "-o", program,
		"./fuzz/cmd/schedfuzz")
	c.Dir = tree
	c.Env = append(os.Environ(), "GOFLAGS=", "GOWORK=off")
	if c.Run() != nil {
		return cannotSay
	}
	c = exec.CommandContext(ctx, program, "repro", b.file)
	c.Dir = tree
	err := c.Run()
	exit, _ := errors.AsType[*exec.ExitError](err)
	switch {
	case err == nil:
		return isGood
	case exit != nil && exit.ExitCode() == exitFinding:
		return isBad
	}
	return cannotSay
}

func (b *bisection) git(ctx context.Context, args ...string) (string, error) {
	c := exec.CommandContext(ctx, "git", append([]string{"-C", b.root}, args...)...)
	var out, stderr bytes.Buffer
	c.Stdout, c.Stderr = &out, &stderr
	if err := c.Run(); err != nil {
		return "", fmt.Errorf("git %s: %w: %s", strings.Join(args, " "), err,
			strings.TrimSpace(stderr.String()))
	}
	return out.String(), nil
}

// clean removes what was written, git's notes of it included.
func (b *bisection) clean() {
	os.RemoveAll(b.work)
	_, _ = b.git(context.Background(), "worktree", "prune")
}

package mutate

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// CopyTree copies the files of the module at root that git knows of, or would
// take, into a new folder.
func CopyTree(root, to string) error {
	cmd := exec.Command("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	cmd.Dir = root
	out, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("git ls-files: %w; a copy is made of what git knows of", err)
	}
	for name := range strings.SplitSeq(strings.TrimRight(string(out), "\x00"), "\x00") {
		text, err := os.ReadFile(filepath.Join(root, name))
		if os.IsNotExist(err) {
			continue // deleted, and not yet committed
		}
		if err != nil {
			return err
		}
		file := filepath.Join(to, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(file, text, 0o755); err != nil {
			return err
		}
	}
	return nil
}

// Sample draws n of list, in its order, by a seed; all of them if n is 0 or they
// are fewer.
func Sample(list []Mutant, n int, seed uint64) []Mutant {
	if n == 0 || n >= len(list) {
		return list
	}
	r := rand.New(rand.NewPCG(seed, 0))
	pick := r.Perm(len(list))[:n]
	slices.Sort(pick)
	out := make([]Mutant, n)
	for i, k := range pick {
		out[i] = list[k]
	}
	return out
}

// Controls are a change that is none, and one that nobody can miss: with them it
// shows that the stages pass, and that they look at what was changed.
func (p *Package) Controls() (none, crash Mutant) {
	f := p.files[0]
	end := len(f.text)
	none = Mutant{ID: "control:none", Operator: "control", File: f.name, Line: 1, After: "\n", from: end, to: end}
	crash = none
	crash.ID, crash.After = "control:crash", "\nfunc init() { panic(\"mutate: the control\") }\n"
	return none, crash
}

// Run tries the controls and then all mutants, with so many at a time, and calls
// each with the results, in the mutants' order. An error says that a control
// failed or that the tools do not work; what each was called with stands.
func (j *Judge) Run(ctx context.Context, list []Mutant, workers int, each func(Result)) error {
	none, crash := j.Package.Controls()
	for m, want := range map[*Mutant]Fate{&none: Lived, &crash: Killed} {
		r, err := j.Try(ctx, m)
		if err != nil {
			return err
		}
		if r.Fate != want {
			return fmt.Errorf("%s: the %s is %s by %q, want %s: the stages do not work",
				j.Package.Dir, m.ID, r.Fate, r.By, want)
		}
	}
	proofs, err := Equivalent()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	done := make([]chan Result, len(list))
	for i := range done {
		done[i] = make(chan Result, 1)
	}
	var next int
	var lock sync.Mutex
	take := func() int {
		lock.Lock()
		defer lock.Unlock()
		next++
		return next - 1
	}
	for range max(1, workers) {
		go func() {
			for i := take(); i < len(list); i = take() {
				r, err := j.Try(ctx, &list[i])
				if err != nil {
					cancel(err)
					return
				}
				done[i] <- r
			}
		}()
	}
	for i := range list {
		select {
		case r := <-done[i]:
			proof := proofs[j.Package.Dir+"/"+r.ID]
			if r.Fate == Lived {
				r.Why = proof
			} else if proof != "" && r.Fate == Killed {
				return fmt.Errorf("equivalent.txt: %s/%s was killed by %s, so its proof is wrong; delete it",
					j.Package.Dir, r.ID, r.By)
			}
			each(r)
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return nil
}

package planted

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// Result is what became of one plant: a line of `schedfuzz planted -json`.
type Result struct {
	ID        string  `json:"id"`
	Built     bool    `json:"built"`
	Found     bool    `json:"found"`
	Engine    string  `json:"engine"`  // that found it
	Seconds   float64 `json:"seconds"` // of hunting, all engines together
	Ops       int     `json:"ops"`     // of the minimised program, or steps of the trace
	Invariant string  `json:"invariant"`
	Repro     string  `json:"repro"` // a stored program, or the words that replay it

	// Control: it must not be found. Err says why it was not built or hunted, or
	// why an engine could not do its work.
	Control bool  `json:"-"`
	Err     error `json:"-"`
}

// OK reports whether the result is what it should be.
func (r *Result) OK() bool { return r.Err == nil && r.Built && r.Found != r.Control }

// Hunt is how plants are hunted.
type Hunt struct {
	Root   string        // of the module
	Work   string        // a folder for the copies, one at a time
	Finds  string        // a folder for what was found
	Budget time.Duration // for one plant, building left aside
	Seed   uint64
}

// catch is what an engine found.
type catch struct {
	ops       int
	invariant string
	repro     string
}

// plant is one that is being hunted.
type plant struct {
	*Patch
	hunt   *Hunt
	dir    string
	tree   *Tree
	result *Result
	built  map[string]string // programs, by package and tags
}

// One hunts one plant: the engines take turns, each further turn twice as long,
// until one has found it or the budget is used up. An engine that has nothing to
// do with what the plant changes takes none. If the plant does not apply, compile,
// or answer for itself, the result's Err says so.
func (h *Hunt) One(ctx context.Context, p *Patch) *Result {
	x := &plant{Patch: p, hunt: h, result: &Result{ID: p.ID, Control: p.Control()},
		built: map[string]string{}}
	r := x.result
	if x.dir, r.Err = os.MkdirTemp(h.Work, "plant-"); r.Err != nil {
		return r
	}
	defer os.RemoveAll(x.dir)
	if x.tree, r.Err = Copy(ctx, h.Root, filepath.Join(x.dir, "credence")); r.Err != nil {
		return r
	}
	if r.Err = x.tree.Apply(ctx, p); r.Err != nil {
		return r
	}
	list := engines(p)
	for round := 0; x.left() > 0 && len(list) > 0; round++ {
		here := list[:0:0]
		for _, e := range list {
			applies, done := x.turn(ctx, e, round)
			if done {
				return r
			}
			if applies {
				here = append(here, e)
			}
		}
		list = here
	}
	if !r.Built {
		r.Err = fmt.Errorf("no engine's program is built from %v", p.Files)
	}
	return r
}

// left is what is left of the budget.
func (x *plant) left() time.Duration {
	return x.hunt.Budget - time.Duration(x.result.Seconds*float64(time.Second))
}

// turn gives an engine its turn. done says that the hunt is over, and applies that
// the engine's program has the plant.
func (x *plant) turn(ctx context.Context, e engine, round int) (applies, done bool) {
	share := min(e.first<<round, x.left())
	if share <= 0 {
		return true, false
	}
	r := x.result
	program, err := x.build(ctx, e)
	if err != nil {
		r.Err = err
		return false, true
	}
	if program == "" {
		return false, false
	}
	r.Built = true
	start := time.Now()
	c, err := e.hunt(ctx, x.hunt, &turn{
		program, x.tree.Dir, x.ID, x.Files, round, share, x.hunt.Seed + uint64(round)})
	r.Seconds += time.Since(start).Seconds()
	var down downed
	switch {
	case ctx.Err() != nil:
		r.Err = errors.New("interrupted")
	case errors.As(err, &down):
		c = &catch{invariant: "crash", repro: down.what}
	case err != nil:
		r.Err = fmt.Errorf("%s: %w", e.name, err)
	}
	if c != nil {
		r.Found, r.Engine, r.Ops, r.Invariant, r.Repro = true, e.name, c.ops, c.invariant, c.repro
	}
	return true, r.Err != nil || r.Found
}

// build returns an engine's program, "" if the plant is in nothing that it is built
// from.
func (x *plant) build(ctx context.Context, e engine) (program string, err error) {
	key := e.pkg + " " + e.tags
	if program, ok := x.built[key]; ok {
		return program, nil
	}
	applies, err := x.tree.contains(ctx, e, x.Files)
	if err == nil && applies {
		program = filepath.Join(x.dir, e.name)
		if err = x.tree.Build(ctx, e.pkg, e.tags, program); err == nil {
			err = Ask(ctx, program, x.ID)
		}
	}
	x.built[key] = program
	return program, err
}

// Check applies one plant and compiles core and device, with the tags of all
// engines.
func (h *Hunt) Check(ctx context.Context, p *Patch) *Result {
	r := &Result{ID: p.ID, Control: p.Control()}
	dir, err := os.MkdirTemp(h.Work, "plant-")
	if err != nil {
		r.Err = err
		return r
	}
	defer os.RemoveAll(dir)
	tree, err := Copy(ctx, h.Root, filepath.Join(dir, "credence"))
	if err == nil {
		err = tree.Apply(ctx, p)
	}
	if err == nil {
		err = tree.Check(ctx)
	}
	r.Built, r.Err = err == nil, err
	return r
}

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

// engine hunts a plant in a tree. It returns nil if it found nothing within its
// share of the budget.
type engine struct {
	name string
	// pkg and tags are what is built.
	pkg, tags string
	hunt      func(ctx context.Context, h *Hunt, program, tree, id string,
		budget time.Duration) (*catch, error)
}

// engines returns the engines in the order in which they hunt a plant of this
// kind: who is likely to find it goes first.
func engines(k Kind) []engine {
	if k == Interleaving || k == DataRace {
		return []engine{explorer, campaigner}
	}
	return []engine{campaigner, explorer}
}

// One hunts one plant. If it does not apply, compile, or answer for itself, the
// result's Err says so.
func (h *Hunt) One(ctx context.Context, p *Patch) *Result {
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
	if err != nil {
		r.Err = err
		return r
	}
	list := engines(p.Kind)
	for i, e := range list {
		program := filepath.Join(dir, e.name)
		if r.Err = tree.Build(ctx, e.pkg, e.tags, program); r.Err != nil {
			return r
		}
		if r.Err = Ask(ctx, program, p.ID); r.Err != nil {
			return r
		}
		r.Built = true
		// Each engine may use half of what is left, the last one all of it.
		share := h.Budget - time.Duration(r.Seconds*float64(time.Second))
		if i < len(list)-1 {
			share /= 2
		}
		start := time.Now()
		c, err := e.hunt(ctx, h, program, tree.Dir, p.ID, share)
		r.Seconds += time.Since(start).Seconds()
		switch {
		case ctx.Err() != nil:
			r.Err = errors.New("interrupted")
			return r
		case c != nil:
			r.Found, r.Engine, r.Ops, r.Invariant, r.Repro = true, e.name, c.ops, c.invariant, c.repro
			return r
		case err != nil:
			r.Err = fmt.Errorf("%s: %w", e.name, err)
			return r
		}
	}
	return r
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

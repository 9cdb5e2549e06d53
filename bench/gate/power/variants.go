package power

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"

	"credence/bench/gate"
	"credence/bench/gate/duel"
)

// variant is a source of which the pool has binaries.
type variant struct {
	name    string
	layouts int
	// measured says that the patch needs the calibration, and thereby a quiet machine.
	measured bool
	// patch changes the sources in dir and says how.
	patch func(ctx context.Context, c *Config, dir string) (what string, err error)
}

// Sizes of the pool: both sides of a comparison of the same source are drawn from
// the base, a slowdown's from those of its variant; a function's are all used.
const (
	sideLayouts = duel.DefaultLayouts
	baseLayouts = 4 * sideLayouts
	slowLayouts = sideLayouts + 4
	functions   = 24
)

// slowdowns are the sizes that are tried, by the name of their kind.
var slowdowns = []struct {
	name  string
	ratio float64
	works int // how many of works there are of it
}{
	{"slower-50", 0.50, 1}, {"slower-5", 0.05, 2}, {"slower-2.5", 0.025, 2},
}

// variants returns all there are. The place in the list gives each its layouts.
func variants() []variant {
	list := []variant{{"base", baseLayouts, false,
		func(context.Context, *Config, string) (string, error) { return "other layouts", nil }}}
	for i := range works {
		for _, turns := range []int{shortChain, longChain} {
			list = append(list, variant{calibrationName(&works[i], turns), sideLayouts, false,
				slow(&works[i], func(context.Context, *Config) (int, error) { return turns, nil })})
		}
	}
	for _, s := range slowdowns {
		for i := range s.works {
			w := &works[i]
			list = append(list, variant{s.name + "-" + w.name, slowLayouts, true,
				slow(w, func(ctx context.Context, c *Config) (int, error) {
					cal, err := c.calibrate(ctx)
					if err != nil {
						return 0, err
					}
					of := cal[w.name]
					return of.Turns(s.ratio), nil
				})})
		}
	}
	for i := range functions {
		list = append(list, variant{functionName(i), sideLayouts, false,
			func(_ context.Context, c *Config, dir string) (string, error) {
				return unrelated(dir, rand.New(rand.NewPCG(c.Seed, uint64(i))))
			}})
	}
	return list
}

func functionName(i int) string { return fmt.Sprintf("function-%02d", i) }

func calibrationName(w *work, turns int) string { return fmt.Sprintf("calibrate-%s-%d", w.name, turns) }

// slow returns the patch that puts a chain of so many turns in.
func slow(w *work, turns func(context.Context, *Config) (int, error)) func(context.Context, *Config,
	string) (string, error) {
	return func(ctx context.Context, c *Config, dir string) (string, error) {
		n, err := turns(ctx, c)
		if err != nil {
			return "", err
		}
		return fmt.Sprintf("%d multiplications at every %dth place of %s", n, w.every, w.at),
			insert(dir, w.at, w.chain(n), dragVars)
	}
}

// built is a variant that the pool has.
type built struct {
	What  string `json:"what"`
	Seeds []int  `json:"seeds"` // of its layouts
}

// seedSpace is how many layouts a variant can have.
const seedSpace = 1000

// pool returns the tree of the binaries.
func (c *Config) pool(dir string) *duel.Tree {
	return duel.Open(c.Rev, c.Rev, dir, filepath.Join(c.Bins, c.Rev), seedSpace)
}

// variant returns a variant, which it builds unless the pool has it.
func (c *Config) variant(ctx context.Context, name string) (*built, error) {
	list := variants()
	at := slices.IndexFunc(list, func(v variant) bool { return v.name == name })
	path := filepath.Join(c.Bins, c.Rev, name+".json")
	text, err := os.ReadFile(path)
	if err == nil {
		var b built
		if err := json.Unmarshal(text, &b); err != nil || len(b.Seeds) < list[at].layouts {
			return nil, &gate.Problem{File: path, What: "it describes no variant", Remedy: "delete it"}
		}
		return &b, nil
	} else if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	b := &built{}
	if err := c.build(ctx, &list[at], (at+1)*seedSpace, b); err != nil {
		return nil, err
	}
	if text, err = json.Marshal(b); err != nil {
		return nil, err
	}
	return b, os.WriteFile(path, append(text, '\n'), 0o666)
}

// build links all layouts of a variant, whose seeds begin at first.
func (c *Config) build(ctx context.Context, v *variant, first int, b *built) error {
	if err := os.MkdirAll(filepath.Join(c.Bins, c.Rev), 0o777); err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "power")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	tree, err := duel.CheckOut(ctx, c.Root, c.Rev, filepath.Join(dir, "tree"))
	if err != nil {
		return err
	}
	defer tree.Remove()
	if b.What, err = v.patch(ctx, c, tree.Dir()); err != nil {
		return err
	}
	pool := c.pool(tree.Dir())
	for i := range v.layouts {
		c.Step("linking %s, layout %d of %d", v.name, i+1, v.layouts)
		if err := pool.Build(ctx, microPackage, first+i); err != nil {
			return err
		}
		b.Seeds = append(b.Seeds, first+i)
	}
	return nil
}

package engine

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"credence/fuzz/campaign"
	"credence/fuzz/prog"
	"credence/fuzz/target"
)

var errCanary = errors.New("what the engine brought home is not the canary")

// canary has the engine find the canary: from a few programs that are not it.
func (h *hunt) canary(ctx context.Context) error {
	most := minCanary
	if h.Budget > 0 {
		most = max(minCanary, h.Budget/canaryShare)
	}
	s := &slice{target: "System", budget: most}
	seeds := notSinging(h.Seed, canarySeeds)
	for ctx.Err() == nil && !h.silent(most) {
		found, err := h.one(ctx, s, seeds, true)
		if err != nil {
			return err
		}
		for _, x := range found {
			f, err := h.judge(ctx, s.target, x, true)
			if err != nil {
				return err
			}
			if f == nil || f.Invariant != target.Canary {
				// A bug that came before it.
				if err := h.triage(ctx, s.target, x); err != nil {
					return err
				}
				continue
			}
			h.report.Canary, h.report.CanaryOps = time.Since(h.start), f.Ops()
			if f.Ops() > target.CanaryMost {
				return fmt.Errorf("%w: it has %d operations", errCanary, f.Ops())
			}
			return nil
		}
	}
	return nil
}

// silent reports whether the canary was hunted for long enough: a machine that is
// busy with something else is given more time than most.
func (h *hunt) silent(most time.Duration) bool {
	t := time.Since(h.start)
	sum, err := target.ReadTally(h.canaryTally())
	return t > most && (err != nil || sum.Inputs > canaryInputs || t > canaryPatience*most)
}

func (h *hunt) canaryTally() string { return h.tally + "-canary" }

// notSinging returns random programs without the canary: one byte away from it.
func notSinging(seed uint64, n int) (list []campaign.Input) {
	m := prog.Mutator{Rand: rand.New(rand.NewPCG(seed, 1)), Weights: prog.DefaultWeights}
	for len(list) < n {
		m.Swarm()
		p := m.Generate(canaryOps)
		if r := target.Run(p); !target.Sings(p, &r) {
			continue
		}
		for i := range p.Ops {
			if o := &p.Ops[i]; o.Kind == prog.Resume {
				o.Kind = prog.Fault // It names a scheduler too.
			}
		}
		if r := target.Run(p); r.Finding == nil && !target.Sings(p, &r) {
			list = append(list, campaign.Input{Target: "System", Data: p.Encode()})
		}
	}
	return list
}

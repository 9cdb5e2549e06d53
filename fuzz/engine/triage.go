package engine

import (
	"context"
	"time"
)

// Triage has the own engine run what another one, by its name, has found on a
// target, confirm it and make it small, and reports it unless its class is known.
// output is what the other one printed.
func (p *Plan) Triage(ctx context.Context, engine, target string, data []byte, output string) error {
	p.knowAll()
	h := &hunt{Plan: p, foreign: &foreign{name: engine}, start: time.Now()}
	return h.triage(ctx, target, raw{data, output})
}

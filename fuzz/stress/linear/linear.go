// Package linear judges histories: what several goroutines asked of a queue or a
// fence, what they were told, and when. A history is right if there is an order of its
// operations, each within its own time, in which a plain sequential model gives the
// same answers (M. P. Herlihy, J. M. Wing, "Linearizability", TOPLAS 12(3), 1990);
// porcupine looks for one. It refuses to know how the queue or the fence works.
//
// It is a package of its own because porcupine embeds a directory, which no
// dependency of package target may.
package linear

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/anishathalye/porcupine"

	"credence/fuzz/stress"
)

// Parts returns the parts of this package.
func Parts() []stress.Part {
	return []stress.Part{
		{Name: "queue-history", Doc: "histories of the job queue, judged by porcupine", Run: runQueue},
		{Name: "fence-history", Doc: "histories of one fence, judged by porcupine", Run: runFence},
	}
}

// mostJudging is how long one history is judged. Those that are made here take
// milliseconds at most; one that is given up says nothing.
const mostJudging = 3 * time.Second

// epoch is the moment 0 of all histories.
var epoch = time.Now()

// client records what one goroutine does. The clock is all that the goroutines have
// in common: a shared counter would order what the queue must order.
type client struct {
	id  int
	ops []porcupine.Operation
}

// do records an operation.
func (c *client) do(in any, f func() any) {
	call := now()
	out := f()
	c.ops = append(c.ops, porcupine.Operation{
		ClientId: c.id, Input: in, Call: call, Output: out, Return: now(),
	})
}

// look records another moment of the last operation, at which in was true.
func (c *client) look(in any) {
	o := c.ops[len(c.ops)-1]
	o.Input = in
	c.ops = append(c.ops, o)
}

func now() int64 { return int64(time.Since(epoch)) }

// judge looks for an order of what the clients did, and says which part of the
// history has none. Then the clients are ready for the next one.
func judge(b *stress.Bout, invariant string, m porcupine.Model, clients []*client) {
	var all []porcupine.Operation
	for _, c := range clients {
		all = append(all, c.ops...)
		c.ops = c.ops[:0]
	}
	b.Did(len(all))
	if porcupine.CheckOperationsTimeout(m, all, mostJudging) == porcupine.Illegal {
		b.Fail(invariant, "no order explains this history:\n%s", text(all))
	}
}

// text prints a history, by the time of the calls.
func text(all []porcupine.Operation) string {
	slices.SortFunc(all, func(x, y porcupine.Operation) int { return int(x.Call - y.Call) })
	var b strings.Builder
	for _, o := range all {
		fmt.Fprintf(&b, "%9d to %9d  client %d  %v = %v\n", o.Call-all[0].Call, o.Return-all[0].Call,
			o.ClientId, o.Input, o.Output)
	}
	return b.String()
}

// model makes a model of a state's first value and its steps. A state is compared
// with ==.
func model[S comparable, I, O any](first S, step func(S, I, O) (bool, S)) porcupine.Model {
	return porcupine.Model{
		Init: func() any { return first },
		Step: func(state, in, out any) (bool, any) {
			return step(state.(S), in.(I), out.(O))
		},
	}
}

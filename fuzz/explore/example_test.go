//go:build explore

package explore_test

import (
	"fmt"
	"os"

	"credence/core/xatomic"
	"credence/fuzz/explore"
)

// gate admits one visitor at a time, or so its author thought: it looks, and then
// takes.
type gate struct {
	taken  xatomic.Uint32
	inside xatomic.Uint32
}

func (g *gate) visit() {
	if g.taken.Load() != 0 {
		return
	}
	g.taken.Store(1)
	if n := g.inside.Add(1); n > 1 {
		explore.Failf("%d visitors inside", n)
	}
	g.inside.Add(^uint32(0))
	g.taken.Store(0)
}

// Example is a template for a program of one's own: state that is reachable from
// one pointer, threads that meet at it, and what must hold.
func Example() {
	build := func() *explore.Program {
		g := new(gate)
		return &explore.Program{
			Name:  "gate",
			State: g,
			Threads: []explore.Thread{
				{Name: "ann", Run: g.visit},
				{Name: "bob", Run: g.visit},
			},
			Check: func() error {
				if g.taken.Load() != 0 {
					return fmt.Errorf("the gate is taken by nobody")
				}
				return nil
			},
		}
	}
	result, err := explore.Run(build(), explore.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	short, err := explore.Minimize(build(), result)
	if err != nil {
		fmt.Println(err)
		return
	}
	for i := range short.Trace.Steps { // places in the code, which depend on the checkout
		short.Trace.Steps[i].At, short.Trace.Steps[i].Func = "", ""
	}
	short.Trace.Nearest = nil
	short.Trace.Print(os.Stdout)
	fmt.Println("schedule:", short.Schedule)
	// Output:
	//       ann                    bob
	//    1  taken is 0
	//    2                         taken is 0
	//    3                         taken 0 -> 1 (store)
	//    4                         inside 0 -> 1 (add)
	//    5  taken stays 1 (store)
	//    6  inside 1 -> 2 (add)
	// assertion: 2 visitors inside
	// schedule: ab3a2
}

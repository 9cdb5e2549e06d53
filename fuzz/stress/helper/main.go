// Command helper is what `schedfuzz stress` builds, with the race detector or
// without, and runs: the bouts of package stress and its histories. It refuses to
// judge its own end, by a report of the race detector or a panic: whoever started
// it does (package ring).
package main

import (
	"flag"
	"fmt"
	"os"

	"credence/fuzz/stress"
	"credence/fuzz/stress/linear"
)

func main() {
	var o stress.Order
	f := flag.NewFlagSet("stress helper", flag.ContinueOnError)
	f.Uint64Var(&o.Seed, "seed", 1, "the first `N`")
	f.IntVar(&o.Bouts, "bouts", 0, "`N` of each part; 0 for no limit")
	f.DurationVar(&o.For, "for", 0, "for `D`; 0 for ever")
	f.IntVar(&o.Again, "again", 1, "play each bout `N` times")
	f.IntVar(&o.Noise, "noise", 20, "one in `N` operations on shared memory yields, if it is built so")
	err := f.Parse(os.Args[1:])
	if err == nil {
		o.Parts, err = stress.Choose(append(stress.Parts(), linear.Parts()...), f.Args())
	}
	if err == nil && o.Again < 1 {
		err = fmt.Errorf("-again %d; it is 1 or more", o.Again)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	os.Exit(stress.Serve(os.Stdout, o))
}

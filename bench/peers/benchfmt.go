package main

import (
	"fmt"
	"io"
	"runtime"
	"strings"
)

// writeBenchfmt writes the outcome in Go's benchmark format, one line per
// sample that has a regime, in the order in which they were taken. The regime
// is a key of the name, so that benchstat can split or filter by it:
//
//	benchstat -col /impl -filter '.name:Throughput /regime:near' FILE
//
// Units: ns/op; RTT/op, operations in raw round trips of the sample's own
// brackets; raw-ns, that round trip; wakes/op, how often a worker that sleeps had
// to be woken.
func writeBenchfmt(w io.Writer, s outcome) error {
	out := new(strings.Builder)
	fmt.Fprintf(out, "goos: %s\ngoarch: %s\npkg: credence/bench/peers\ngo: %s\n",
		runtime.GOOS, runtime.GOARCH, runtime.Version())
	fmt.Fprintf(out, "pinned: %t\nsample: %v\n", s.pinned, s.span)
	fmt.Fprintf(out, "Unit RTT/op better=lower\n")
	lost := 0
	for _, x := range s.taken {
		if x.regime == dropped {
			lost++
			continue
		}
		fmt.Fprintf(out, "Benchmark%s/regime=%s %d %.4g ns/op %.4g RTT/op %.4g raw-ns",
			x.row.name(), x.regime, x.n, x.ns, x.ns/x.raw, x.raw)
		if x.row.sleeps {
			fmt.Fprintf(out, " %.4g wakes/op", x.wakes)
		}
		fmt.Fprintln(out)
	}
	fmt.Fprintf(out, "# %d of %d samples dropped: no regime, or not the same before and after\n",
		lost, len(s.taken))
	_, err := io.WriteString(w, out.String())
	return err
}

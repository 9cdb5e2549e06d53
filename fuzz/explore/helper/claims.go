//go:build explore

package main

import (
	"fmt"

	"credence/fuzz/explore/scenario"
)

const claimsHead = `What was claimed in 2023 of a predicate in the scheduler's wait, and what the
interleavings of small programs say about it. Both sides were right, of different
programs. Claims about throughput, fairness, firmware and interfaces are not for
interleavings to settle, and are not in this list.
`

// claims prints the verdict on each claim with its evidence, and finds fault if a
// piece of evidence is not what the verdict says.
func (r *runner) claims() int {
	fmt.Fprint(r.stdout, claimsHead)
	code := exitOK
	type answer struct {
		found, command string
		ok             bool
	}
	known := make(map[string]answer) // one piece of evidence may serve several claims
	for _, c := range scenario.Claims() {
		fmt.Fprintf(r.stdout, "\n%s  %s\n     %s: %s\n", c.ID, c.Says, c.Verdict, c.Under)
		for _, e := range c.Evidence {
			key := fmt.Sprint(e.Scenario, e.Cell, e.Expect, e.Outcome)
			a, there := known[key]
			if !there {
				var err error
				if a.found, a.ok, a.command, err = e.Check(true); err != nil {
					fmt.Fprintf(r.stderr, "schedfuzz: explore: %v\n", err)
					return exitInconclusive
				}
				known[key] = a
			}
			if !a.ok {
				a.found += "  NOT AS EXPECTED"
				code = exitFinding
			}
			fmt.Fprintf(r.stdout, "     - %s\n       %s\n", a.found, a.command)
		}
	}
	return code
}

package report

import (
	"fmt"
	"slices"
	"strings"
)

// claimsCommand makes results/claims.md.
const claimsCommand = "go run ./fuzz/cmd/schedfuzz explore claims -md"

// claims shows what became of the argument's claims.
func claims(b *builder, s *section) error {
	name, data, err := b.read("claims.md", "The table of claims is not there", claimsCommand)
	if err != nil {
		return err
	}
	tables, err := mdTables(name, data, claimsCommand)
	if err != nil {
		return err
	}
	by := b.command(claimsCommand)
	s.Lead = "A public argument of 2023 on flow control in the DRM scheduler made claims that could only " +
		"be argued then. Each was given code and a command here."
	var all tally
	for i := range tables {
		t := &tables[i]
		s.add(block{Table: t.show("Claims and what became of them", len(t.head)), Command: by})
		t.count(&all)
	}
	if all.n > 0 {
		b.verdict(s, verdict{State: share(all.n-all.open, all.n),
			Claim: "The claims of 2023 are decided by running code",
			Figure: fmt.Sprintf("%d of %d claims: %s", all.n-all.open, all.n,
				strings.Join(all.words(), " · ")), Command: by})
	}
	return nil
}

// tally counts outcomes.
type tally struct {
	n, open  int
	outcomes []string // in order of appearance
	counts   []int
}

func (c *tally) words() []string {
	var list []string
	for i, o := range c.outcomes {
		list = append(list, fmt.Sprintf("%d %s", c.counts[i], o))
	}
	return list
}

// undecided are words of outcomes that are none.
var undecided = []string{"open", "not for a machine"}

// count adds the outcomes of a table that has a column of them.
func (t *mdTable) count(all *tally) {
	at := t.column("verdict", "outcome")
	if at < 0 {
		return
	}
	for _, f := range t.rows {
		answer := mdText(f[at])
		all.n++
		if answer == "" || slices.ContainsFunc(undecided, func(w string) bool {
			return strings.Contains(strings.ToLower(answer), w)
		}) {
			all.open++
		}
		i := slices.Index(all.outcomes, answer)
		if i < 0 {
			i = len(all.outcomes)
			all.outcomes, all.counts = append(all.outcomes, answer), append(all.counts, 0)
		}
		all.counts[i]++
	}
}

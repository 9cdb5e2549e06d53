//go:build explore

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"credence/fuzz/explore"
	"credence/fuzz/explore/scenario"
)

const (
	claimsPage = "results/claims.md"
	tracesDir  = "results/claims"
	// inlineSteps is the longest trace that stands on the page itself.
	inlineSteps = 40
)

// page writes the page and the traces that are too long for it.
func (r *claimsRun) page(list []scenario.Claim) int {
	var table, rows strings.Builder
	shown := make(map[string]string) // the claim at which a trace stands
	code := r.each(list, func(c scenario.Claim, answers []scenario.Answer) error {
		fmt.Fprintf(&table, "| [%s](#%s) | %s | %s | **%s** |\n", c.ID, strings.ToLower(c.ID), c.Who, cell(c.Says),
			c.Verdict)
		fmt.Fprintf(&rows, "### %s\n\n*%s:* %s\n\n**%s.** %s\n\n", c.ID, c.Who, c.Says, upper(c.Verdict), c.Because)
		for i, a := range answers {
			fmt.Fprintf(&rows, "- %s\n\n  ```\n  %s\n  ```\n", a.Found, c.Evidence[i].Line())
			if err := r.trace(&rows, c, i, a.Trace, shown); err != nil {
				return err
			}
		}
		rows.WriteByte('\n')
		return nil
	})
	if code != exitOK {
		return code
	}
	text := fmt.Sprintf(pageText, scenario.Summary, table.String(), rows.String())
	if err := os.WriteFile(filepath.Join(r.root, claimsPage), []byte(text), 0o644); err != nil {
		fmt.Fprintf(r.stderr, "schedfuzz: explore claims: %v\n", err)
		return exitInconclusive
	}
	return exitOK
}

// trace shows a trace once: on the page, or by a link if it is long.
func (r *claimsRun) trace(b *strings.Builder, c scenario.Claim, i int, t *explore.Trace,
	shown map[string]string,
) error {
	if t == nil {
		return nil
	}
	name := c.Evidence[i].Scenario
	if at := shown[name]; at != "" {
		fmt.Fprintf(b, "\n  Its trace stands at [%s](#%s).\n\n", at, strings.ToLower(at))
		return nil
	}
	shown[name] = c.ID
	var text strings.Builder
	if err := t.Print(&text); err != nil {
		return err
	}
	if len(t.Steps) > inlineSteps {
		file := strings.NewReplacer("/", "-", " ", "-", ",", "").Replace(name) + ".txt"
		fmt.Fprintf(b, "\n  [Its trace](claims/%s), of %d steps.\n\n", file, len(t.Steps))
		return os.WriteFile(filepath.Join(r.root, tracesDir, file), []byte(text.String()), 0o644)
	}
	fmt.Fprintf(b, "\n  <details><summary>the shortest trace</summary>\n\n  ```\n")
	for line := range strings.Lines(text.String()) {
		b.WriteString(strings.TrimRight("  "+line, " \n") + "\n")
	}
	b.WriteString("  ```\n  </details>\n\n")
	return nil
}

// cell makes text fit a table.
func cell(s string) string { return strings.ReplaceAll(s, "|", "\\|") }

func upper(v scenario.Verdict) string { return strings.ToUpper(string(v[:1])) + string(v[1:]) }

const pageText = `# The argument of 2023, claim by claim

%s

The thread is "[PATCH RFC 10/18] drm/scheduler: Add can_run_job callback", dri-devel, 7 March to 5 April
2023. Claims are put in our words, and so that those who made them could sign them; where a row does
not do that it is wrong, and we want to know. What a row calls the patch is the patch as posted there.

## How to read it

- **confirmed**, **refuted**: of the claim as put here. **holds under conditions**: the row names them, and
  shows a run in which they hold and one in which they do not. **not for a machine to settle**: the row says why.
- *pass-exhausted*: every interleaving of the program's atomic operations was played. *pass-bounded(b)*: every
  one with at most b preemptions. Nothing here is called a pass without that. A failure is shown by its
  shortest trace: fewest preemptions, then fewest steps; *z* marks who sleeps.
- Scenarios named *2023/* are small programs that we wrote from the thread's description: the wait loop of
  that time over this project's queue, credits, fences and parking. They are not the kernel's code. Those named
  *today/* and *sched/*, and the cells named *core/*, run this project's scheduler itself, whose behaviour is that
  of recorded kernels (1,249 scripts), and which has work items where 2023 had a thread.
- Go's atomics are sequentially consistent: nothing here speaks of weaker orders.
- Figures of the device are exact, repeat to the byte, and are those of a model, none of a real chip.
- Every command is run in a clone, and needs Go. This page is made again by
  ` + "`go run ./fuzz/cmd/schedfuzz explore claims -md`" + `, which plays and runs all of it.
- A cell such as *contract/fsrw before run 1-2* is explained by ` + "`go run ./fuzz/cmd/schedfuzz explore contract`" + `:
  the order in which a completion frees (f), signals (s), retires (r) and wakes (w); when the reference is
  taken; what a missing fence means; jobs in flight and schedulers. *ok* is what it says, *B* a worker that sleeps
  for ever, *O* hardware that is overrun, *s* a worker that goes round until the completion goes on. That
  command prints all cells, with those of the core's own steps; the tables of H23, which "explore footgun" prints,
  stand in [claims/footgun.txt](claims/footgun.txt).

## The table

| | who | says | verdict |
|---|---|---|---|
%s
## The evidence

%s`

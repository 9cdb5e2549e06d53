package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"credence/bench/gate"
	"credence/bench/report/chart"
)

const (
	fuzzCommand = "./scripts/nightly"
	noCampaign  = "No fuzzing campaign is recorded"
)

// ledgerLine is what the page shows of a campaign's line in the ledger. Fields
// that an engine does not have are null or left out.
type ledgerLine struct {
	Start         string   `json:"start"`
	Commit        string   `json:"commit"`
	Engine        string   `json:"engine"`
	Seconds       float64  `json:"seconds"`
	Programs      float64  `json:"programs"`
	Operations    float64  `json:"operations"`
	Finds         []string `json:"finds"`
	CanarySeconds *float64 `json:"canary_seconds"`
	Edges         *float64 `json:"edges"`
}

// maxCampaigns is how many campaigns are listed, the newest.
const maxCampaigns = 20

func readLedger(name string, data []byte) ([]ledgerLine, error) {
	var list []ledgerLine
	n := 0
	for line := range bytes.Lines(data) {
		n++
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		var l ledgerLine
		if err := json.Unmarshal(line, &l); err != nil || l.Engine == "" {
			what := "a campaign without an engine"
			if err != nil {
				what = err.Error()
			}
			return nil, &gate.Problem{File: name, Line: n, What: what,
				Remedy: "delete the line, or run " + fuzzCommand + " again"}
		}
		list = append(list, l)
	}
	if len(list) == 0 {
		return nil, &absent{noCampaign, fuzzCommand}
	}
	return list, nil
}

// fuzzing shows the ledger of campaigns.
func fuzzing(b *builder, s *section) error {
	name, data, err := b.read("fuzz/ledger.jsonl", noCampaign, fuzzCommand)
	if err != nil {
		return err
	}
	list, err := readLedger(name, data)
	if err != nil {
		return err
	}
	by := b.command(fuzzCommand)
	var programs, operations, seconds float64
	hidden, canaries, finds := 0, 0, 0
	t := &table{Left: 3, Tail: 1, Head: []string{"begun", "commit", "engine", "seconds", "programs",
		"operations", "edges", "canary found after", "finds"}}
	for _, l := range list {
		programs, operations, seconds = programs+l.Programs, operations+l.Operations, seconds+l.Seconds
		finds += len(l.Finds)
		if l.hides() {
			hidden++
		}
		if l.CanarySeconds != nil {
			canaries++
		}
	}
	newest := list[max(0, len(list)-maxCampaigns):]
	for i := range newest {
		t.Rows = append(t.Rows, newest[len(newest)-1-i].row())
	}
	t.Caption = fmt.Sprintf("Campaigns, the newest first, %d of %d", len(newest), len(list))
	s.Lead = fmt.Sprintf("%s operations in %s random programs over %s hours, each judged against a "+
		"reference model and by invariants. A canary, a planted bug that must be found, shows that a "+
		"campaign looked; engines that run real goroutines have none.", chart.Plain(operations), chart.Plain(programs), chart.Plain(seconds/3600))
	s.add(block{Table: t, Command: by})
	if hidden > 0 {
		b.verdict(s, verdict{State: when(canaries >= hidden), Command: by,
			Claim:  "Every campaign that hides a planted bug found it",
			Figure: fmt.Sprintf("%d of %d campaigns", canaries, hidden)})
	}
	last := list[len(list)-1]
	b.verdict(s, verdict{State: when(len(last.Finds) == 0),
		Claim: "The last campaign found nothing in the core",
		Figure: fmt.Sprintf("%d finds in %s operations; %d in all campaigns", len(last.Finds),
			chart.Plain(last.Operations), finds), Command: by})
	return nil
}

// hides reports whether the engine hides a canary: those that run goroutines, or have
// go-fuzz choose the inputs, do not.
func (l *ledgerLine) hides() bool {
	return !strings.HasPrefix(l.Engine, "stress") && !strings.HasPrefix(l.Engine, "gofuzz ")
}

func (l *ledgerLine) row() row {
	optional := func(v *float64, unit string) string {
		if v == nil {
			return "–"
		}
		return chart.Plain(*v) + unit
	}
	finds := "none"
	if len(l.Finds) > 0 {
		finds = fmt.Sprintf("%d: %s", len(l.Finds), strings.Join(l.Finds, ", "))
	}
	return row{Strong: len(l.Finds) > 0, Cells: cells(l.Start, "`"+l.Commit+"`", l.Engine,
		chart.Plain(l.Seconds), chart.Plain(l.Programs), chart.Plain(l.Operations),
		optional(l.Edges, ""), optional(l.CanarySeconds, " s"), finds)}
}

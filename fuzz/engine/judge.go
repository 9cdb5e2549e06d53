package engine

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"time"

	"credence/fuzz/campaign"
	"credence/fuzz/target"
)

// triage has the own engine run what was found, confirm it and make it small.
func (h *hunt) triage(ctx context.Context, name string, x raw) error {
	f, err := h.judge(ctx, name, x, false)
	if err != nil {
		return err
	}
	if f == nil {
		f = flaky(name, x)
	}
	f.Engine, f.After = h.name, time.Since(h.start)
	h.Plan.report(f)
	if class := classIn(x.output); class != "" {
		h.learn(class) // It may have another name in a process that is built otherwise.
	}
	return nil
}

// judge returns what the own engine makes of what was found, or nil.
func (h *hunt) judge(ctx context.Context, name string, x raw, canary bool) (f *campaign.Find, err error) {
	dir := filepath.Join(h.Work, "judge")
	if err := os.RemoveAll(dir); err != nil {
		return nil, err
	}
	in := campaign.Input{Target: name, Data: x.data}
	if err := campaign.WriteInput(filepath.Join(dir, name), in, campaign.Raw); err != nil {
		return nil, err
	}
	all := *h.Plan
	all.Known, all.Targets = nil, campaign.Only(name)
	l := &loop{Plan: &all, seed: 1, inputs: dir, canary: canary, found: func(x *campaign.Find) { f = x }}
	// What was found is brought home even if the campaign is interrupted.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), judgeTime)
	defer cancel()
	_, err = l.run(ctx)
	return f, err
}

// judgeTime is how long it may take to confirm a find and make it small.
const judgeTime = 2 * time.Minute

// flaky describes what the own engine could not confirm.
func flaky(name string, x raw) *campaign.Find {
	f := &target.Finding{
		Invariant: "unconfirmed", Operation: "run", Class: classIn(x.output),
		Message: "it did not come again\n" + firstLines(x.output, 60),
	}
	if f.Class == "" {
		f.Class = "unconfirmed/" + name
	}
	if t := target.Lookup(name); t.Decode != nil {
		f.Program = t.Decode(x.data)
	}
	return &campaign.Find{Finding: f, Target: name, Data: x.data}
}

// shownClass finds the class of a finding in what an engine prints: behind a panic,
// or at the beginning of a failed test's words.
var shownClass = regexp.MustCompile(`(?m)(?:^panic: |_test\.go:\d+: )([\w-]+/[^\s]+)`)

func classIn(output string) string {
	if m := shownClass.FindStringSubmatch(output); m != nil {
		return m[1]
	}
	return ""
}

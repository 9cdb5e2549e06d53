package engine

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"credence/fuzz/campaign"
	"credence/fuzz/target"
)

// Limits of the own engine.
const (
	// maxDeaths is how often its process may end before it should: each is a find.
	maxDeaths = 50
	// crashRuns is how often what ended a process is run at most to make it small.
	crashRuns = 200
	// crashTime is how long one of these runs may take, and crashMost all of them.
	crashTime = 5 * time.Second
	crashMost = 15 * time.Second
)

// HungExit is the exit code of the loop after a find that it cannot go on from.
const HungExit = 5

// runOwn runs the campaign's own loop in a process, and in another one if that
// ends before its time, until the budget is used up.
func runOwn(ctx context.Context, p *Plan) (*campaign.Report, error) {
	total := &campaign.Report{}
	start := time.Now()
	for death := range maxDeaths {
		l := &loop{Plan: p, seed: p.Seed + uint64(death)*seedStep, corpus: p.Corpus}
		if p.Budget > 0 {
			if l.budget = p.Budget - time.Since(start); l.budget <= 0 {
				break
			}
		}
		if p.Count > 0 {
			if l.count = p.Count - total.Programs; l.count <= 0 {
				break
			}
		}
		base := *total
		l.status = func(r *campaign.Report) {
			*total = base
			add(total, r)
			total.Elapsed = time.Since(start)
			if p.Status != nil {
				p.Status(total)
			}
		}
		l.start = start
		again, err := l.run(ctx)
		total.Finds = p.finds
		if err != nil {
			return total, err
		}
		if !again || p.First || ctx.Err() != nil {
			break
		}
	}
	total.Elapsed = time.Since(start)
	return total, nil
}

// seedStep lies between the seeds of one campaign's loops.
const seedStep = 0x9e3779b97f4a7c15

// add adds to sum what another loop did.
func add(sum, r *campaign.Report) {
	offset := sum.Elapsed
	sum.Programs += r.Programs
	sum.Operations += r.Operations
	sum.Completed += r.Completed
	sum.Compared += r.Compared
	sum.Again += r.Again
	sum.Corpus = max(sum.Corpus, r.Corpus)
	sum.Pairs.Add(&r.Pairs)
	sum.Elapsed += r.Elapsed
	if sum.Canary == 0 && r.Canary > 0 {
		sum.Canary, sum.CanaryOps = offset+r.Canary, r.CanaryOps
	}
	// A new process counts its edges anew.
	sum.EdgesTotal = max(sum.EdgesTotal, r.EdgesTotal)
	if r.Edges > sum.Edges {
		sum.Edges, sum.LastEdge = r.Edges, offset+r.LastEdge
	}
}

// loop is one process of the own engine.
type loop struct {
	*Plan
	seed   uint64
	budget time.Duration
	count  int
	corpus string // "" for none
	inputs string // a folder like a corpus, of which each input is run once and no other; or ""
	canary bool
	status func(*campaign.Report)
	found  func(*campaign.Find) // nil: to the plan
	start  time.Time
}

func (l *loop) args(known, box string) []string {
	args := []string{
		"loop", "-seed", strconv.FormatUint(l.seed, 10), "-budget", l.budget.String(),
		"-count", strconv.Itoa(l.count), "-box", box, "-known", known, "-root", l.Root,
		"-targets", campaign.FormatShares(l.Targets),
	}
	if l.inputs != "" {
		args = append(args, "-inputs", l.inputs)
	}
	if l.corpus != "" {
		args = append(args, "-corpus", l.corpus)
	}
	if l.First {
		args = append(args, "-first")
	}
	return args
}

// run runs the process to its end. again says that it ended before its time, by
// what is now a find.
func (l *loop) run(ctx context.Context) (again bool, err error) {
	known, err := l.knownFile()
	if err != nil {
		return false, err
	}
	box := filepath.Join(l.Work, "box")
	c := l.command(ctx, l.Program, l.args(known, box)...)
	c.Env = append(c.Env, LoopEnv+"=1", target.CanaryEnv+"="+flag01(l.canary || canaryWanted()))
	var stderr bytes.Buffer
	c.Stderr = &stderr
	out, err := c.StdoutPipe()
	if err != nil {
		return false, err
	}
	if err := c.Start(); err != nil {
		return false, err
	}
	ended, hung := l.listen(bufio.NewReader(out))
	err = c.Wait()
	if ended || hung || ctx.Err() != nil {
		return hung, nil
	}
	name, data, ok := target.ReadBox(box)
	if !ok {
		return false, fmt.Errorf("the loop ended: %v: %s", err, firstLines(stderr.String(), 20))
	}
	f := crashFind(name, data, stderr.String())
	if !l.start.IsZero() {
		f.After = time.Since(l.start)
	}
	l.minimise(ctx, f)
	l.bring(f)
	return true, nil
}

// bring brings a find home.
func (l *loop) bring(f *campaign.Find) {
	if l.found != nil {
		l.found(f)
	} else {
		l.report(f)
	}
}

// LoopEnv is the environment variable that tells a program that it is the loop.
const LoopEnv = "CREDENCE_LOOP"

func flag01(on bool) string {
	if on {
		return "1"
	}
	return ""
}

func canaryWanted() bool { return os.Getenv(target.CanaryEnv) == "1" }

// listen handles what the process tells. ended says that it came to its end, and
// hung that it said it could not go on.
func (l *loop) listen(r *bufio.Reader) (ended, hung bool) {
	for {
		line, err := r.ReadBytes('\n')
		if err != nil {
			return ended, hung
		}
		var m campaign.Message
		if json.Unmarshal(line, &m) != nil {
			continue
		}
		if m.Find != nil {
			f, err := m.Find.Find(campaign.Own)
			if err != nil {
				continue
			}
			hung = hung || f.Invariant == campaign.Hang
			l.bring(f)
		}
		if m.Report != nil {
			m.Report.Finds = l.finds
			if l.status != nil {
				l.status(m.Report)
			}
			ended = m.End
		}
	}
}

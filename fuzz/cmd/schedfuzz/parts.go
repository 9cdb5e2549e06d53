package main

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"slices"
	"sync/atomic"
	"time"

	"credence/fuzz/target"
)

const partsHelp = `Usage: schedfuzz parts [flags] [PART...]

Does random operations on one part of core or device at a time, beside a plain model
of it, until one breaks a rule, or the budget is used up. Without a PART it takes all
in turn.

Examples:
  schedfuzz parts -budget 1m
  schedfuzz parts fence spsc
  schedfuzz parts -input 6805f0ff fence

Flags:
`

type partsFlags struct {
	budget time.Duration
	seed   uint64
	json   bool
	input  string
	parts  []target.Part
}

func parseParts(args []string) (c partsFlags, f *flag.FlagSet, err error) {
	f = flag.NewFlagSet("parts", flag.ContinueOnError)
	f.SetOutput(io.Discard)
	f.DurationVar(&c.budget, "budget", 10*time.Second, "go on for `D`")
	f.Uint64Var(&c.seed, "seed", 1, "of what is drawn: `N`")
	f.BoolVar(&c.json, "json", false, "print a find as JSON")
	f.StringVar(&c.input, "input", "", "run one part with the bytes `HEX` alone")
	if err = f.Parse(args); err != nil {
		return c, f, err
	}
	c.parts, err = chooseParts(f.Args())
	switch {
	case err != nil:
	case c.budget <= 0:
		err = errors.New("-budget is above 0")
	case c.input != "" && len(c.parts) != 1:
		err = errors.New("-input is of one part; name it")
	}
	return c, f, err
}

func chooseParts(names []string) (list []target.Part, err error) {
	if len(names) == 0 {
		return target.Parts, nil
	}
	for _, n := range names {
		i := slices.IndexFunc(target.Parts, func(p target.Part) bool { return p.Name == n })
		if i < 0 {
			return nil, fmt.Errorf("there is no part %q; there are %s", n, partNames())
		}
		list = append(list, target.Parts[i])
	}
	return list, nil
}

func partNames() (s string) {
	for i, p := range target.Parts {
		if i > 0 {
			s += ", "
		}
		s += p.Name
	}
	return s
}

// runParts is `schedfuzz parts`.
func runParts(ctx context.Context, stdout, stderr io.Writer, args []string) int {
	c, f, err := parseParts(args)
	if code, done := flagsEnd(stdout, stderr, partsHelp, f, err); done {
		return code
	}
	h := &partsHunt{partsFlags: c, stdout: stdout, random: rand.New(rand.NewPCG(c.seed, 0))}
	if c.input != "" {
		data, err := hex.DecodeString(c.input)
		if err != nil {
			fmt.Fprintf(stderr, "schedfuzz: parts: -input: %v\n", err)
			return exitUsage
		}
		return h.one(c.parts[0], data)
	}
	ctx, cancel := context.WithTimeout(ctx, c.budget)
	defer cancel()
	go h.watch(ctx)
	for ctx.Err() == nil {
		for _, p := range c.parts {
			if code := h.one(p, target.PartInput(h.random)); code != exitOK {
				return code
			}
		}
	}
	return exitOK
}

// partsHunt is one that runs.
type partsHunt struct {
	partsFlags
	stdout  io.Writer
	random  *rand.Rand
	runs    atomic.Uint64
	present atomic.Pointer[partInput]
}

// partInput is what runs at the moment.
type partInput struct {
	part target.Part
	data []byte
}

func (h *partsHunt) one(p target.Part, data []byte) int {
	h.present.Store(&partInput{p, data})
	h.runs.Add(1)
	_, f := p.Run(data)
	if f == nil {
		return exitOK
	}
	small := target.MinimisePart(target.Part{Name: p.Name, Run: h.counted(p)}, data, f)
	h.print(p, small, f)
	return exitFinding
}

// counted is p's Run, for the watch.
func (h *partsHunt) counted(p target.Part) func([]byte) (bool, *target.Finding) {
	return func(data []byte) (bool, *target.Finding) {
		h.present.Store(&partInput{p, data})
		h.runs.Add(1)
		return p.Run(data)
	}
}

// partRecord is the line of -json.
type partRecord struct {
	Invariant string `json:"invariant"`
	Ops       int    `json:"ops"`
	Repro     string `json:"repro"`
	Message   string `json:"message"`
}

func (h *partsHunt) print(p target.Part, data []byte, f *target.Finding) {
	repro := fmt.Sprintf("schedfuzz parts -input %x %s", data, p.Name)
	if h.json {
		json.NewEncoder(h.stdout).Encode(partRecord{
			Invariant: f.Invariant, Ops: len(data) / 2, Repro: repro, Message: f.Message,
		})
		return
	}
	fmt.Fprintf(h.stdout, "%s, %d operations\n  %s\n  to reproduce: %s\n", f.Class, len(data)/2,
		f.Message, repro)
}

// partLooks is at how many looks in a row an input runs that never ends.
const partLooks, partLookEvery = 40, 100 * time.Millisecond

// watch ends the process with a find if one input goes on for ever.
func (h *partsHunt) watch(ctx context.Context) {
	t := time.NewTicker(partLookEvery)
	defer t.Stop()
	var seen uint64
	for looks := 0; ctx.Err() == nil; {
		<-t.C
		if n := h.runs.Load(); n != seen {
			seen, looks = n, 0
			continue
		}
		if looks++; looks < partLooks {
			continue
		}
		x := h.present.Load()
		h.print(x.part, x.data, &target.Finding{
			Invariant: "hang", Class: "hang/" + x.part.Name, Message: "it does not come to an end",
		})
		os.Exit(exitFinding)
	}
}

// Package scenario_test runs whole systems in virtual time: each of the
// project's own workloads, and what generators make, on the simulated device,
// under each flow control that the argument is about; and the kernel's own test
// cases on its mock hardware, under each policy. The figures are exact, so one iteration says all; the
// time it takes the host is what the simulation costs.
package scenario_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"credence/bench/sim"
	"credence/core/fence"
	"credence/core/sched"
	"credence/hwmock/profile"
	"credence/hwmock/workload"
)

const (
	device = "apple-m1"
	// span is the virtual time that an iteration simulates.
	span = fence.Second
	seed = 1
)

// flows are what is compared; the first is benchstat's base.
var flows = []string{"credits-max:126", "lanes", "credits-sum:126", "credits-job:1280", "canrun", "prepare"}

// together are the files that make one scenario, side by side on one device.
// Every other file is a scenario of its own.
var together = [][]string{{"hog", "interactive"}}

// generated are the scenarios that generators make, behind those of the files.
var generated = []scenario{
	{"poisson", []string{"gen:poisson:every=1000,us=175,clients=4,engine=CCS"}},
	{"bursty", []string{"gen:bursty:every=25000,jobs=150,us=100,engine=RCS"}},
	{"vm-storm", []string{"gen:vm-storm"}},
	{"event-storm", []string{"gen:event-storm"}},
}

// required are the scenarios that must be there.
var required = []string{
	"barrier-heavy", "burst", "bursty", "event-storm", "game60", "hog+interactive", "media",
	"poisson", "vm-storm", "vr90",
}

// scenario is one system.
type scenario struct {
	name  string
	files []string // or generators
}

// scenarios reads bench/workloads, and adds the generated ones.
func scenarios(tb testing.TB) []scenario {
	tb.Helper()
	paths, err := filepath.Glob(filepath.Join("..", "workloads", "*"+sim.Suffix))
	if err != nil {
		tb.Fatal(err)
	}
	slices.Sort(paths)
	var list []scenario
	for _, p := range paths {
		list = add(list, p)
	}
	return append(list, generated...)
}

// add puts a file where it belongs.
func add(list []scenario, path string) []scenario {
	name := strings.TrimSuffix(filepath.Base(path), sim.Suffix)
	for _, group := range together {
		if !slices.Contains(group, name) {
			continue
		}
		name = strings.Join(group, "+")
		for i := range list {
			if list[i].name == name {
				list[i].files = append(list[i].files, path)
				return list
			}
		}
	}
	return append(list, scenario{name, []string{path}})
}

// config returns what to simulate.
func (s *scenario) config(tb testing.TB, flow string) sim.Config {
	tb.Helper()
	p, err := profile.Load(device)
	if err != nil {
		tb.Fatal(err)
	}
	f, err := sched.ParseFlow(flow)
	if err != nil {
		tb.Fatal(err)
	}
	caps, err := sim.Capabilities(p)
	if err != nil {
		tb.Fatal(err)
	}
	c := sim.Config{Profile: p, Flow: f, Policy: sched.FIFO, Time: span}
	var parts []*sim.System
	for _, file := range s.files {
		x, err := sim.Open(file, caps, workload.Options{Seed: seed})
		if err != nil {
			tb.Fatal(err)
		}
		parts = append(parts, x)
	}
	if c, err = sim.Together(parts).On(c); err != nil {
		tb.Fatal(err)
	}
	return c
}

// run simulates c once.
func run(tb testing.TB, c sim.Config) *sim.Result {
	tb.Helper()
	r, err := sim.Run(tb.Context(), c)
	if err != nil {
		tb.Fatal(err)
	}
	return r
}

// Package scenario_test runs whole systems in virtual time: each of the
// project's own workloads on the simulated device, under each flow control that
// the argument is about. The figures are exact, so one iteration says all; the
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

// required are the scenarios that must be there.
var required = []string{
	"barrier-heavy", "burst", "game60", "hog+interactive", "media", "vr90",
}

// scenario is one system.
type scenario struct {
	name  string
	files []string
}

// scenarios reads bench/workloads.
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
	return list
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
	for _, file := range s.files {
		w, err := sim.CompileFile(file, caps)
		if err != nil {
			tb.Fatal(err)
		}
		c.Loads = append(c.Loads, sim.Load{Program: w, Options: workload.Options{Seed: seed}})
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

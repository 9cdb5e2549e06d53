package scenario_test

import (
	"fmt"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"credence/bench/sim"
)

// BenchmarkScenario asks what each system does under each flow control. An
// iteration simulates one second; sec/op is what that costs the host, and all
// other figures are exact. It fails if two iterations differ in anything.
func BenchmarkScenario(b *testing.B) {
	all := scenarios(b)
	declare(b, all)
	for _, s := range all {
		for _, flow := range flows {
			b.Run(fmt.Sprintf("work=%s/flow=%s", s.name, flow), func(b *testing.B) {
				c := s.config(b, flow)
				var first *sim.Result
				for b.Loop() {
					r := run(b, c)
					if first == nil {
						first = r
					} else if !reflect.DeepEqual(r, first) {
						b.Fatalf("iterations differ:\n%+v\n%+v", first, r)
					}
				}
				for _, m := range metrics(first) {
					b.ReportMetric(float64(m.Value), m.Unit)
				}
			})
		}
	}
}

// declare writes, above the results, that benchstat is to take the figures as
// exact.
func declare(b *testing.B, all []scenario) {
	seen := map[string]bool{}
	for _, s := range all {
		r := sim.Blank(s.config(b, flows[0]).Profile)
		for _, f := range s.files {
			r.Loads = append(r.Loads, sim.LoadResult{Name: f, Iterations: 1})
		}
		for _, m := range metrics(r) {
			if d := m.Declaration(); !seen[d] {
				seen[d] = true
				fmt.Println(d)
			}
		}
	}
}

// metrics returns the figures of a result; where several files run side by side
// also those that tell how each of them fared.
func metrics(r *sim.Result) []sim.Metric {
	list := r.Metrics()
	if len(r.Loads) < 2 {
		return list
	}
	for _, l := range r.Loads {
		name := strings.TrimSuffix(filepath.Base(l.Name), sim.Suffix)
		list = append(list, sim.Metric{Unit: name + "-iterations", Value: l.Iterations, Better: "higher"})
		if l.Iterations > 0 {
			list = append(list,
				sim.Metric{Unit: name + "-longest-ns", Value: int64(l.Longest), Better: "lower"})
		}
	}
	return list
}

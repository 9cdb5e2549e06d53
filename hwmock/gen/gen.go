// Package gen writes workloads that are tedious or impossible to keep as files:
// random arrivals, storms of clients, and the clients of the kernel's own
// scheduler tests. A generator is named like a file, by a text such as
//
//	gen:poisson:every=1000,us=700
//
// and what it makes is plain workload steps: it refuses to have a way of its own
// to submit, wait or draw. The same name makes the same steps.
package gen

import (
	"fmt"
	"strings"

	"credence/hwmock/workload"
)

// Prefix is how the names of generators begin.
const Prefix = "gen:"

// System is what a generator makes: loads that run side by side.
type System struct {
	// Name is the generator with every parameter, so that it makes the same again.
	Name  string
	Loads []Load
	// Capacity is how many jobs an entity must hold so that clients never wait for
	// room where they are not meant to; 0 if they may.
	Capacity int
}

// Load is a workload and how often it runs.
type Load struct {
	Workload *workload.Workload
	Clients  int   // clones, at least 1
	Repeats  int64 // of each; 0 is without end
}

// Is reports whether name is meant to name a generator.
func Is(name string) bool { return strings.HasPrefix(name, Prefix) }

// Make returns the system of a name. Its errors begin with the name and say what
// is permitted.
func Make(name string) (*System, error) {
	kind, list, _ := strings.Cut(strings.TrimPrefix(name, Prefix), ":")
	if !Is(name) {
		return nil, fmt.Errorf("%s: no generator, as it does not begin with %s", name, Prefix)
	}
	k := find(kind)
	if k == nil {
		return nil, fmt.Errorf("%s: no generator %q; there are %s", name, kind,
			strings.Join(Names(), ", "))
	}
	v, err := k.read(list)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	s := &System{Name: Prefix + k.Name + v.String()}
	if err := k.make(s, v); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return s, nil
}

// add appends a load with the steps of text, which a generator wrote.
func (s *System) add(text string, clients int, repeats int64) {
	w, err := workload.Parse(s.Name, strings.NewReader(text))
	if err != nil {
		panic(fmt.Sprintf("gen: %s writes no workload: %v", s.Name, err))
	}
	s.Loads = append(s.Loads, Load{Workload: w, Clients: clients, Repeats: repeats})
}

//go:build explore

package scenario

import (
	"slices"

	"credence/fuzz/explore"
)

// Scenario is a program with what is expected of it.
type Scenario struct {
	// Name is the family and the case, such as "spsc/wrap".
	Name string
	// Doc says in a sentence what the threads do.
	Doc string
	// Holds is what must hold at the end of every execution.
	Holds string
	// Expect is the verdict; programs with a planted bug expect another than
	// Passed.
	Expect explore.Verdict
	// Options are what the gate explores it with. A pass must be exhausted, or
	// bounded by Options.Bound.
	Options explore.Options
	// Deep is what a night explores it with, if that is more.
	Deep explore.Options
	// New builds the program, with its own state.
	New func() *explore.Program
}

// All returns the scenarios, by family.
func All() []Scenario {
	return slices.Concat(queues(), credits(), fences(), schedulers(), waits(), loops(), kills())
}

// Find returns the scenario of a name.
func Find(name string) (Scenario, bool) {
	for _, s := range All() {
		if s.Name == name {
			return s, true
		}
	}
	return Scenario{}, false
}

// Program builds the program under the scenario's name.
func (s *Scenario) Program() *explore.Program {
	p := s.New()
	p.Name = s.Name
	return p
}

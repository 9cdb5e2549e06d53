package sim

import (
	"fmt"
	"strings"

	"credence/core/sched"
	"credence/hwmock/gen"
	"credence/hwmock/workload"
)

// System is the loads that run side by side on one machine: those of a file, of
// a generator, or of several of these.
type System struct {
	Path  string // as it was named
	Label string // fit for a benchmark's name
	Loads []Load
	// Capacity is what the entities must hold for the loads to be what they are
	// meant to be; 0 if that does not matter.
	Capacity int
}

// Open reads a workload file, or makes what a generator's name says, and
// compiles it for a device. The loads run as o says; a generator's clients are
// taken as many times as o has clients, and its repeats hold unless o has some.
func Open(path string, c workload.Capabilities, o workload.Options) (*System, error) {
	s := &System{Path: path, Label: Labels([]string{path})[0]}
	if !gen.Is(path) {
		p, err := CompileFile(path, c)
		if err != nil {
			return nil, err
		}
		s.Loads = []Load{{Program: p, Options: o}}
		return s, nil
	}
	g, err := gen.Make(path)
	if err != nil {
		return nil, err
	}
	s.Capacity = g.Capacity
	for _, l := range g.Loads {
		p, err := l.Workload.Compile(c)
		if err != nil {
			return nil, err
		}
		of := o
		if of.Clients = max(1, o.Clients) * l.Clients; of.Clients > workload.MaxClients {
			return nil, fmt.Errorf("%s: %d clients, and %d is the most; use fewer", path, of.Clients,
				workload.MaxClients)
		}
		if o.Repeats == 0 {
			of.Repeats = l.Repeats
		}
		s.Loads = append(s.Loads, Load{Program: p, Options: of})
	}
	return s, nil
}

// Together returns one system of all the loads of several.
func Together(list []*System) *System {
	var paths, labels []string
	t := &System{}
	for _, s := range list {
		paths, labels = append(paths, s.Path), append(labels, s.Label)
		t.Loads = append(t.Loads, s.Loads...)
		t.Capacity = max(t.Capacity, s.Capacity)
	}
	t.Path, t.Label = strings.Join(paths, " "), strings.Join(labels, "+")
	return t
}

// Ends tells whether every client comes to an end by itself.
func (s *System) Ends() bool {
	for _, l := range s.Loads {
		if l.Options.Repeats == 0 {
			return false
		}
	}
	return true
}

// On returns what to simulate for the system: c with its loads, and with the
// capacity that they need unless c has one, which must not be less.
func (s *System) On(c Config) (Config, error) {
	c.Loads = s.Loads
	switch {
	case c.Capacity == 0 && s.Capacity > sched.DefaultCapacity:
		c.Capacity = s.Capacity
	case c.Capacity != 0 && c.Capacity < s.Capacity:
		return c, fmt.Errorf("%s needs entities that hold %d jobs, not %d; raise the capacity, or "+
			"leave it out", s.Path, s.Capacity, c.Capacity)
	}
	return c, c.Check()
}

package study

import (
	"errors"
	"fmt"
	"strings"

	"credence/bench/sim"
	"credence/hwmock/profile"
	"credence/hwmock/workload"
)

// Plan is a study that was checked: every file read, every cell known.
type Plan struct {
	config  Config
	devices []Device
	skips   []Skip
	tasks   []task
}

// task is one cell to be simulated.
type task struct {
	profile *profile.Profile
	system  *sim.System
	cell    Cell // without rows
}

// NewPlan reads all devices and workloads. It returns everything that is wrong
// with any of them. A workload that some device can run is skipped on the others.
func NewPlan(c Config) (*Plan, error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	p := &Plan{config: c}
	sources, err := open(c.Works)
	if err != nil {
		return nil, err
	}
	runs := make([]bool, len(sources))
	why := make([]error, len(sources))
	for _, name := range c.Devices {
		d, err := profile.Load(name)
		if err != nil {
			return nil, err
		}
		caps, err := sim.Capabilities(d)
		if err != nil {
			return nil, err
		}
		p.devices = append(p.devices, describe(d))
		for i, s := range sources {
			tasks, err := p.cells(d, caps, s)
			if err != nil {
				p.skips = append(p.skips, Skip{d.Name, s.label, err.Error()})
				why[i] = err
				continue
			}
			runs[i] = true
			p.tasks = append(p.tasks, tasks...)
		}
	}
	var wrong []error
	for i, ok := range runs {
		if !ok {
			wrong = append(wrong, placed(sources[i].path, why[i]))
		}
	}
	return p, errors.Join(wrong...)
}

// placed returns an error that begins with the path.
func placed(path string, err error) error {
	if strings.HasPrefix(err.Error(), path) {
		return err
	}
	return fmt.Errorf("%s: %w", path, err)
}

// cells returns the comparisons of one workload on one device, one for each
// number of clients that the numbers of user queues come to.
func (p *Plan) cells(d *profile.Profile, caps workload.Capabilities, s *source) ([]task, error) {
	once, err := s.system(caps, workload.Options{})
	if err != nil {
		return nil, err
	}
	_, one := size(once)
	var tasks []task
	before := 0
	for _, want := range p.config.Queues {
		times := max(1, want/one)
		if times == before {
			continue
		}
		before = times
		sys, err := s.system(caps, workload.Options{Seed: p.config.Seed, Clients: times})
		if err != nil {
			return nil, err
		}
		if _, err := sys.On(sim.Config{Profile: d, Time: p.config.Time}); err != nil {
			return nil, err
		}
		cell := Cell{Device: d.Name, Work: s.label}
		cell.Clients, cell.Queues = size(sys)
		tasks = append(tasks, task{d, sys, cell})
	}
	return tasks, nil
}

// size returns how many clients a system has, and how many user queues they
// have together.
func size(s *sim.System) (clients, queues int) {
	for _, l := range s.Loads {
		n := max(1, l.Options.Clients)
		clients += n
		queues += n * len(l.Program.Contexts())
	}
	return clients, queues
}

// Len returns how many cells the study has.
func (p *Plan) Len() int { return len(p.tasks) }

// Report returns the study without a cell.
func (p *Plan) Report() *Report {
	return &Report{Config: p.config, Skips: p.skips, Devices: p.devices}
}

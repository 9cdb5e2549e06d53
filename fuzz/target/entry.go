package target

import (
	"strings"

	"credence/fuzz/prog"
)

// Entry is one target: bytes in, a finding or nothing out.
type Entry struct {
	// Name is what stands behind Fuzz in the entry points' names.
	Name string
	// Run runs an input. interesting says that it did something, or was
	// understood, so that it is worth to be changed a little.
	Run func(data []byte) (interesting bool, f *Finding)
}

// Target is an entry with what a campaign asks of it.
type Target struct {
	Entry
	// Weight is how much of a campaign's time the target gets, in relation to the
	// others.
	Weight int
	// Folders are what the target is there for, from the module's root: a change
	// there, or below, is a reason to run it.
	Folders []string
	// Decode returns the program that bytes stand for; nil if the target's inputs
	// are no programs.
	Decode func(data []byte) *prog.Program
}

// Targets are all there are, the weightiest first.
var Targets = []Target{
	{Entry{"System", System}, 60, []string{"core", "hwmock"}, prog.Decode},
	{Entry{"Core", Core}, 20, []string{"core"}, onEngine},
	{Entry{"Spsc", Spsc}, 4, []string{"core/spsc", "core/xatomic"}, nil},
	{Entry{"Credit", Credit}, 4, []string{"core/credit", "core/xatomic"}, nil},
	{Entry{"Fence", Fence}, 4, []string{"core/fence", "core/xatomic"}, nil},
	{Entry{"Wsim", Wsim}, 2, []string{"hwmock/workload"}, nil},
	{Entry{"Profile", Profile}, 2, []string{"hwmock/profile"}, nil},
	{Entry{"Program", Program}, 2, []string{"fuzz/prog"}, nil},
	{Entry{"Timeline", Timeline}, 2, []string{"hwmock/trace"}, nil},
}

// Lookup returns the target of a name, or nil.
func Lookup(name string) *Target {
	for i := range Targets {
		if Targets[i].Name == name {
			return &Targets[i]
		}
	}
	return nil
}

// Names returns the names of all targets.
func Names() (list []string) {
	for i := range Targets {
		list = append(list, Targets[i].Name)
	}
	return list
}

// System runs the program that data stands for, on the machine that it names.
func System(data []byte) (interesting bool, f *Finding) {
	r := Run(prog.Decode(data))
	return r.Completed > 0, r.Finding
}

// Core runs the program that data stands for on the scheduler alone: below it is
// an in-order engine, whatever device the program names.
func Core(data []byte) (interesting bool, f *Finding) {
	r := Run(onEngine(data))
	return r.Completed > 0, r.Finding
}

// onEngine decodes a program and puts it on engines.
func onEngine(data []byte) *prog.Program {
	p := prog.Decode(data)
	p.Device.Profile = prog.Engine
	return p
}

// guard runs one part or parser and returns what it panics with as a finding.
func guard(name string, run func() bool) (interesting bool, f *Finding) {
	defer func() {
		if v := recover(); v != nil {
			none := &prog.Program{}
			f = newFinding(v, none, 0)
			frames := strings.TrimPrefix(f.Class, f.Invariant+"/"+f.Operation)
			f.Program, f.Operation = nil, name
			f.Class = f.Invariant + "/" + name + frames
			f.Message, _, _ = strings.Cut(f.Message, "\nin operation ")
		}
	}()
	return run(), nil
}

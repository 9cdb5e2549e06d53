package target

import "credence/fuzz/prog"

// Entry is one target: bytes in, a finding or nothing out.
type Entry struct {
	// Name is what stands behind Fuzz in the entry points' names.
	Name string
	// Run runs an input. interesting says that it did something, or was
	// understood, so that it is worth to be changed a little.
	Run func(data []byte) (interesting bool, f *Finding)
}

// Entries are all targets, the weightiest first.
var Entries = []Entry{
	{"System", System}, {"Core", Core}, {"Spsc", Spsc}, {"Credit", Credit}, {"Fence", Fence},
	{"Wsim", Wsim}, {"Profile", Profile}, {"Program", Program}, {"Timeline", Timeline},
}

// System runs the program that data stands for, on the machine that it names.
func System(data []byte) (interesting bool, f *Finding) {
	r := Run(prog.Decode(data))
	return r.Completed > 0, r.Finding
}

// Core runs the program that data stands for on the scheduler alone: below it is
// an in-order engine, whatever device the program names.
func Core(data []byte) (interesting bool, f *Finding) {
	p := prog.Decode(data)
	p.Device.Profile = prog.Engine
	r := Run(p)
	return r.Completed > 0, r.Finding
}

// guard runs one part or parser and returns what it panics with as a finding.
func guard(name string, run func() bool) (interesting bool, f *Finding) {
	defer func() {
		if v := recover(); v != nil {
			f = newFinding(v, &prog.Program{}, 0)
			f.Program, f.Operation = nil, name
			f.Class = f.Invariant + "/" + name
		}
	}()
	return run(), nil
}

package rig

import (
	"fmt"

	"credence/core/fence"
	"credence/hwmock/device"
	"credence/hwmock/profile"
	"credence/hwmock/workload"
)

// engineMap is how workloads' engines become the device's. A render engine is
// two of the device's, for vertex and fragment work; every other one is a single
// engine behind the compute queue.
type engineMap struct {
	caps  workload.Capabilities
	parts []engineParts  // by index in caps.Engines
	share fence.Duration // vertex part of a render, ppm
	load  func(set uint64) int
}

// engineParts are a workload's engine as sets of the profile's engines, of one
// each: vertex and fragment, or compute.
type engineParts target

func (m *engineMap) init(p *profile.Profile) error {
	m.caps = workload.Capabilities{Device: p.Name}
	m.share = fence.Duration(p.VertexShare)
	for i, e := range p.Engines {
		n, err := m.logical(e)
		if err != nil {
			return fmt.Errorf("rig: profile %s: %w", p.Name, err)
		}
		switch part := &m.parts[n]; e.Queue {
		case profile.Vertex:
			part.vertex = 1 << i
		case profile.Fragment:
			part.fragment = 1 << i
		default:
			part.compute = 1 << i
		}
	}
	for n, part := range m.parts {
		if e := m.caps.Engines[n]; (part.vertex == 0) != (part.fragment == 0) {
			return fmt.Errorf("rig: profile %s: engine %s needs a vertex and a fragment part",
				p.Name, e)
		}
	}
	return nil
}

// logical returns the index of the workload engine that e is a part of.
func (m *engineMap) logical(e profile.Engine) (int, error) {
	class := classOf(e.Class.String())
	if class == workload.DefaultClass {
		return 0, fmt.Errorf("engine %s: class %s is none that workloads name", e.Name, e.Class)
	}
	for n, x := range m.caps.Engines {
		if x.Class == class && x.Instance == e.Instance {
			return n, nil
		}
	}
	m.caps.Engines = append(m.caps.Engines, workload.Engine{Class: class, Instance: e.Instance})
	m.parts = append(m.parts, engineParts{})
	return len(m.parts) - 1, nil
}

// classOf returns the workload class of a name, DefaultClass if there is none.
func classOf(name string) workload.Class {
	for _, c := range [...]workload.Class{
		workload.RCS, workload.BCS, workload.VCS, workload.VECS, workload.CCS,
	} {
		if c.String() == name {
			return c
		}
	}
	return workload.DefaultClass
}

// target is what a batch runs on, as sets of the profile's engines: vertex and
// fragment for a render, compute for anything else.
type target struct{ vertex, fragment, compute uint64 }

func (t *target) render() bool { return t.vertex != 0 }

// first is the firmware queue of the batch's first command, last that of its
// last one, and engines are those that may run the last.
func (t *target) first() device.Kind {
	if t.render() {
		return device.Vertex
	}
	return device.Compute
}

func (t *target) last() device.Kind {
	if t.render() {
		return device.Fragment
	}
	return device.Compute
}

func (t *target) engines() uint64 { return t.fragment | t.compute }

// choose returns what a batch that may run on the workload engines of set runs
// on. A batch is a render or not, whatever it may run on: if both are allowed
// the idler side takes it.
func (m *engineMap) choose(set workload.EngineSet) target {
	var t target
	for s := set; s != 0; s &= s - 1 {
		part := &m.parts[s.Lowest()]
		t.vertex |= part.vertex
		t.fragment |= part.fragment
		t.compute |= part.compute
	}
	switch {
	case t.compute == 0 || t.vertex == 0:
	case m.load(t.vertex) <= m.load(t.compute):
		t.compute = 0
	default:
		t.vertex, t.fragment = 0, 0
	}
	return t
}

// fixed reports whether a batch that may run on the engines of set is a render
// always, or never.
func (m *engineMap) fixed(set workload.EngineSet) bool {
	var t target
	for s := set; s != 0; s &= s - 1 {
		part := &m.parts[s.Lowest()]
		t.vertex |= part.vertex
		t.compute |= part.compute
	}
	return t.vertex == 0 || t.compute == 0
}

// ppm is the whole of a share.
const ppm = 1_000_000

// work appends the commands of a batch that keeps its engines busy for d.
func (m *engineMap) work(list []device.Command, t target, d fence.Duration) []device.Command {
	if !t.render() {
		return append(list, device.Command{
			Kind: device.Compute, Engines: t.compute, Duration: d,
		})
	}
	first, rest := m.split(d)
	return append(list,
		device.Command{Kind: device.Vertex, Engines: t.vertex, Duration: first},
		device.Command{Kind: device.Fragment, AfterKind: device.Vertex},
		device.Command{Kind: device.Fragment, Engines: t.fragment, Duration: rest},
	)
}

// retime gives the commands of work, without barriers before them, another
// duration.
func (m *engineMap) retime(list []device.Command, d fence.Duration) {
	if len(list) == 1 {
		list[0].Duration = d
		return
	}
	list[0].Duration, list[len(list)-1].Duration = m.split(d)
}

// split returns the vertex and the fragment part of a render. One without an end
// is all fragment work, but for the least there is.
func (m *engineMap) split(d fence.Duration) (vertex, fragment fence.Duration) {
	if d == device.Endless {
		return 1, d
	}
	vertex = max(1, d/ppm*m.share+d%ppm*m.share/ppm)
	return vertex, max(1, d-vertex)
}

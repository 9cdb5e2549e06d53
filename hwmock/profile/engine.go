package profile

import (
	"fmt"
	"slices"
	"strings"
)

// Limits of what a profile may say of engines.
const (
	MaxEngines  = 32
	MaxInstance = 16
	maxName     = 32
)

// Queue is which firmware queue of a user queue an engine takes its commands
// from.
type Queue uint8

// The firmware queues.
const (
	Vertex Queue = iota
	Fragment
	Compute
	RingQueue // the one queue of a device of shape ring
	numQueues
)

var queueNames = [numQueues]string{"vertex", "fragment", "compute", "ring"}

// String returns the queue's name, such as "vertex".
func (q Queue) String() string {
	if q >= numQueues {
		return fmt.Sprintf("queue(%d)", uint8(q))
	}
	return queueNames[q]
}

// Class is what kind of work an engine does, by the names that workloads use.
type Class uint8

// The classes.
const (
	RCS  Class = iota // render
	BCS               // copy
	VCS               // video decode and encode
	VECS              // video enhance
	CCS               // compute
	numClasses
)

var classNames = [numClasses]string{"RCS", "BCS", "VCS", "VECS", "CCS"}

// String returns the class's name, such as "RCS".
func (c Class) String() string {
	if c >= numClasses {
		return fmt.Sprintf("class(%d)", uint8(c))
	}
	return classNames[c]
}

// Engine is one engine of the device.
type Engine struct {
	Name     string // unique, as reports print it
	Class    Class
	Instance int // from 1, without gaps in a class
	Queue    Queue
}

// label is the engine as workloads name it, such as "VCS2".
func (e Engine) label() string { return fmt.Sprintf("%s%d", e.Class, e.Instance) }

const engineKey = "engine"

// addEngine reads NAME class=C instance=N queue=Q.
func addEngine(p *Profile, value, _ string) error {
	if len(p.Engines) == MaxEngines {
		return fmt.Errorf("more than %d engines", MaxEngines)
	}
	fields := strings.Fields(value)
	if len(fields) != 4 {
		return fmt.Errorf("%d words instead of 4", len(fields))
	}
	e := Engine{Name: fields[0]}
	if !validName(e.Name) {
		return fmt.Errorf("%s is no name", quote(e.Name))
	}
	for i, prefix := range []string{"class=", "instance=", "queue="} {
		v, ok := strings.CutPrefix(fields[i+1], prefix)
		if !ok {
			return fmt.Errorf("%s stands where %s is expected", quote(fields[i+1]), prefix)
		}
		if err := e.set(prefix, v); err != nil {
			return err
		}
	}
	for _, x := range p.Engines {
		if x.Name == e.Name {
			return fmt.Errorf("there is an engine %s already", e.Name)
		}
		if x.Class == e.Class && x.Instance == e.Instance && x.Queue == e.Queue {
			return fmt.Errorf("engine %s is the %s engine of %s already", x.Name, e.Queue, e.label())
		}
	}
	p.Engines = append(p.Engines, e)
	return nil
}

// set reads what stands behind one of the prefixes of an engine.
func (e *Engine) set(prefix, v string) error {
	switch prefix {
	case "class=":
		n := slices.Index(classNames[:], v)
		if n < 0 {
			return fmt.Errorf("%s is no class", quote(v))
		}
		e.Class = Class(n)
	case "queue=":
		n := slices.Index(queueNames[:], v)
		if n < 0 {
			return fmt.Errorf("%s is no firmware queue", quote(v))
		}
		e.Queue = Queue(n)
	default:
		n, err := number(v, 1, MaxInstance)
		if err != nil {
			return fmt.Errorf("instance %w", err)
		}
		e.Instance = int(n)
	}
	return nil
}

func validName(s string) bool {
	return len(s) <= maxName && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789-_") == ""
}

// checkEngine checks what e must have beside it, and returns what is wrong and
// what is permitted.
func (p *Profile) checkEngine(e Engine) (problem, permitted string) {
	has := func(instance int, q Queue) bool {
		return slices.ContainsFunc(p.Engines, func(x Engine) bool {
			return x.Class == e.Class && x.Instance == instance && x.Queue == q
		})
	}
	if ring := e.Queue == RingQueue; ring || p.Shape == ShapeRing {
		if ring != (p.Shape == ShapeRing) {
			return fmt.Sprintf("queue %s on a device of shape %s", e.Queue, p.Shape),
				"queue=ring with shape = ring, and only there"
		}
		if e.Instance > 1 && !has(e.Instance-1, e.Queue) {
			return e.gap()
		}
		return "", ""
	}
	render := e.Class == RCS
	switch other := Vertex + Fragment - e.Queue; {
	case render == (e.Queue == Compute):
		return fmt.Sprintf("class %s on the %s queue", e.Class, e.Queue),
			"RCS on the vertex and the fragment queue, every other class on the compute queue"
	case render && !has(e.Instance, other):
		return fmt.Sprintf("%s has no %s engine", e.label(), other),
			"a vertex and a fragment engine for each RCS instance"
	case e.Instance > 1 && !has(e.Instance-1, e.Queue):
		return e.gap()
	}
	return "", ""
}

// gap says that the instance before e is missing.
func (e Engine) gap() (problem, permitted string) {
	return fmt.Sprintf("%s without %s%d", e.label(), e.Class, e.Instance-1),
		"instances of a class from 1 on, without gaps"
}

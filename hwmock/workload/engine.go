package workload

import (
	"fmt"
	"math/bits"
	"slices"
	"strconv"
	"strings"
)

// Class is a class of engines.
type Class uint8

// The classes of engines.
const (
	DefaultClass Class = iota // DEFAULT: the device's main engine, or the whole engine map
	RCS                       // render
	BCS                       // copy
	VCS                       // video decode and encode
	VECS                      // video enhance
	CCS                       // compute
	numClasses
)

var classNames = [numClasses]string{"DEFAULT", "RCS", "BCS", "VCS", "VECS", "CCS"}

// String returns the name as files write it, such as "VCS".
func (c Class) String() string {
	if c >= numClasses {
		return "invalid"
	}
	return classNames[c]
}

// AnyInstance and AnyGT are what a file means when it leaves the part out.
const (
	AnyInstance = 0
	AnyGT       = -1
)

// Engine names one engine, or every engine that matches.
type Engine struct {
	Class    Class
	Instance int // from 1, or AnyInstance
	GT       int // from 0, or AnyGT
}

// String returns the name as files write it: VCS, VCS2, VCS2-1, VCS-1.
func (e Engine) String() string {
	s := e.Class.String()
	if e.Instance != AnyInstance {
		s += strconv.Itoa(e.Instance)
	}
	if e.GT != AnyGT {
		s += "-" + strconv.Itoa(e.GT)
	}
	return s
}

// matches tells whether e, as a file names it, means the engine x of a device.
func (e Engine) matches(x Engine) bool {
	return e.Class == x.Class &&
		(e.Instance == AnyInstance || e.Instance == x.Instance) &&
		(e.GT == AnyGT || e.GT == x.GT)
}

// parseEngine reads CLASS[instance][-gt]; letters of either case are accepted,
// as gem_wsim accepts them.
func parseEngine(s string) (Engine, bool) {
	e := Engine{Instance: AnyInstance, GT: AnyGT}
	if strings.EqualFold(s, "DEFAULT") {
		return e, true
	}
	for c := RCS; c < numClasses; c++ {
		name := classNames[c]
		if len(s) < len(name) || !strings.EqualFold(s[:len(name)], name) {
			continue
		}
		e.Class = c
		inst, gt, hasGT := strings.Cut(s[len(name):], "-")
		ok := true
		if inst != "" {
			e.Instance, ok = smallNumber(inst, 1, MaxInstance)
		}
		if hasGT && ok {
			e.GT, ok = smallNumber(gt, 0, MaxGT)
		}
		return e, ok
	}
	return e, false
}

// smallNumber reads an unsigned decimal of lo..hi.
func smallNumber(s string, lo, hi int) (int, bool) {
	n, err := strconv.ParseUint(s, 10, 31)
	return int(n), err == nil && int(n) >= lo && int(n) <= hi
}

// EngineSet is a set of engines of a device: bit i stands for
// Capabilities.Engines[i].
type EngineSet uint64

// MaxEngines is the number of engines that a device may have.
const MaxEngines = 64

// Count returns the number of engines in the set.
func (s EngineSet) Count() int { return bits.OnesCount64(uint64(s)) }

// Lowest returns the lowest index in the set, MaxEngines if it is empty.
func (s EngineSet) Lowest() int { return bits.TrailingZeros64(uint64(s)) }

// Has tells whether index i is in the set.
func (s EngineSet) Has(i int) bool { return s>>uint(i)&1 != 0 }

// Capabilities is what a device offers to workloads.
type Capabilities struct {
	// Device is its name, for messages.
	Device string
	// Engines are all its engines, 1..MaxEngines, each with class, instance from
	// 1, and GT, which is 0 on a device with one. The index of an engine is what
	// EngineSet counts.
	Engines []Engine
	// Slices is how many slices the render engine has that S steps can mask, up to
	// MaxSlices; 0 if they cannot.
	Slices int
}

// MaxSlices is how many slices a device may have.
const MaxSlices = 31

// check refuses what is no list of engines.
func (c *Capabilities) check() error {
	if n := len(c.Engines); n == 0 || n > MaxEngines {
		return fmt.Errorf("workload: device %s has %d engines; give 1 to %d", c.Device, n, MaxEngines)
	}
	if c.Slices < 0 || c.Slices > MaxSlices {
		return fmt.Errorf("workload: device %s has %d slices; give 0 to %d", c.Device, c.Slices,
			MaxSlices)
	}
	for i, e := range c.Engines {
		if e.Class == DefaultClass || e.Class >= numClasses || e.Instance < 1 ||
			e.Instance > MaxInstance || e.GT < 0 || e.GT > MaxGT {
			return fmt.Errorf("workload: device %s: engine %d is %v; give a class, an instance "+
				"of 1 to %d and a GT of 0 to %d", c.Device, i, e, MaxInstance, MaxGT)
		}
		if slices.Contains(c.Engines[:i], e) {
			return fmt.Errorf("workload: device %s has engine %v twice; number instances from 1",
				c.Device, e)
		}
	}
	return nil
}

// find returns the engines of the device that e means, not for DEFAULT.
func (c *Capabilities) find(e Engine) EngineSet {
	var s EngineSet
	for i, x := range c.Engines {
		if e.matches(x) {
			s |= 1 << uint(i)
		}
	}
	return s
}

// main returns the engine that DEFAULT means without an engine map: the first
// render engine, else the first compute engine, else the first of all.
func (c *Capabilities) main() EngineSet {
	for _, class := range []Class{RCS, CCS} {
		if s := c.find(Engine{Class: class, GT: AnyGT}); s != 0 {
			return s & -s
		}
	}
	return 1
}

// name returns the name of engine i, without what the device has but one of.
func (c *Capabilities) name(i int) string {
	e := c.Engines[i]
	if c.find(Engine{Class: e.Class, GT: AnyGT}).Count() == 1 {
		return e.Class.String()
	}
	if c.find(Engine{Class: e.Class, Instance: e.Instance, GT: AnyGT}).Count() == 1 {
		e.GT = AnyGT
	}
	return e.String()
}

// names lists the engines of set, for messages.
func (c *Capabilities) names(set EngineSet) string {
	var list []string
	for i := range c.Engines {
		if set.Has(i) {
			list = append(list, c.name(i))
		}
	}
	return strings.Join(list, ", ")
}

// missing says that the device has nothing that e means, and what it has.
func (c *Capabilities) missing(e Engine) string {
	has := c.find(Engine{Class: e.Class, GT: AnyGT})
	if has == 0 {
		has = ^EngineSet(0)
	}
	return "no engine " + e.String() + " on device " + c.Device + "; it has " + c.names(has)
}

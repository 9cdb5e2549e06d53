package workload

import (
	"fmt"
	"slices"

	"credence/core/fence"
)

// defaultPreempt is how often gem_wsim's batches allow preemption if no X step
// says otherwise.
const defaultPreempt = 100 * fence.Microsecond

// compiler turns the steps of one workload into a program.
type compiler struct {
	w      *Workload
	p      *Program
	maps   map[int]*engineMap // by context number
	queue  map[int]int        // context number -> index into p.contexts
	orders map[orderKey]int32 // timelines
	number []int32            // step -> number of the batch or software fence
	step   []int              // number of the batch -> step
	bonds  map[int]followers  // by context number
	base   map[int]use        // working set number -> its first object, shared or not
	every  map[int]fence.Duration
}

type orderKey struct {
	context int32
	engines EngineSet
}

// Compile resolves the engines of the workload for a device and prepares its
// execution. What the device lacks gives an *UnsupportedError: engines, and
// slices if a mask other than -1, which is all of them, asks for fewer. So does
// a batch of duration * that no T step ends, and a file without a batch.
//
// Engines are chosen as i915 and gem_wsim do. Without an engine map, a class
// without an instance means the first engine of that class, and DEFAULT the
// first render engine, else the first compute engine. With an engine map,
// DEFAULT means the whole map and a class its engines in the map; if that leaves
// more than one, the context needs load balancing (B), and the host chooses for
// every batch. In a context with load balancing, a class of which the map has
// nothing means the whole map too: gem_wsim sends such batches to the balanced
// engine, and igt's media_nn_1080p.wsim, media_nn_480p.wsim and
// media_1n5_*.wsim have RCS batches that run on VCS for it. A batch that starts
// together with another (s-K) does not run on the other's engine if it has a
// choice, and bonds (b) narrow that choice. M, B, b, V and v hold for the whole
// file, also above them.
func (w *Workload) Compile(device Capabilities) (*Program, error) {
	if err := device.check(); err != nil {
		return nil, err
	}
	c := &compiler{
		w:      w,
		p:      &Program{name: w.Name, device: device, ops: make([]op, len(w.Steps))},
		queue:  map[int]int{},
		orders: map[orderKey]int32{},
		number: make([]int32, len(w.Steps)),
		base:   map[int]use{},
		every:  map[int]fence.Duration{},
	}
	c.p.device.Engines = slices.Clone(device.Engines)
	if err := c.refuse(); err != nil {
		return nil, err
	}
	if err := c.readMaps(); err != nil {
		return nil, err
	}
	if err := c.readBonds(); err != nil {
		return nil, err
	}
	c.layout()
	if c.p.batches == 0 {
		return nil, c.errorf(&w.Steps[0], "the file has no batch, so clients would do nothing; "+
			"add one, such as 1.RCS.1000.0.1")
	}
	for i := range w.Steps {
		if err := c.compile(&w.Steps[i]); err != nil {
			return nil, err
		}
	}
	c.findBefore()
	return c.p, nil
}

func (c *compiler) errorf(s *Step, format string, args ...any) error {
	return &UnsupportedError{File: c.w.Name, Line: s.Line, Msg: fmt.Sprintf(format, args...)}
}

// refuse rejects what no client could execute on the device.
func (c *compiler) refuse() error {
	ended := map[int]bool{}
	for i := range c.w.Steps {
		if s := &c.w.Steps[i]; s.Kind == KindTerminate {
			ended[s.Target] = true
		}
	}
	for i := range c.w.Steps {
		switch s := &c.w.Steps[i]; s.Kind {
		case KindSlices:
			if err := c.refuseMask(s); err != nil {
				return err
			}
		case KindThrottle:
			if s.Value > int64(len(c.w.Steps)) {
				return c.errorf(s, "the throttle looks back %d steps, more than the %d of the file; "+
					"use at most that, or q", s.Value, len(c.w.Steps))
			}
		case KindBatch:
			if s.Span.Infinite && !ended[i] {
				return c.errorf(s, "the batch has no end (duration *), as no T step names it, and "+
					"would hang its engine; add a T step behind it, or give it a duration")
			}
		}
	}
	return nil
}

// refuseMask checks a slice mask against what the device has.
func (c *compiler) refuseMask(s *Step) error {
	n := c.p.device.Slices
	switch {
	case s.Value == allSlices:
		return nil
	case n == 0:
		return c.errorf(s, "device %s has no slices to mask; write S.%d.-1, or remove the step",
			c.p.device.Device, s.Context)
	case s.Value == 0 || s.Value >= 1<<n:
		return c.errorf(s, "%d masks no subset of the %d slices of device %s; write a mask from 1 "+
			"to %d, or -1 for all", s.Value, n, c.p.device.Device, int64(1)<<n-1)
	}
	return nil
}

// vm returns the address space that v steps assign to a context, the last of
// them if there are several.
func (c *compiler) vm(context int) int {
	vm := 0
	for i := range c.w.Steps {
		if s := &c.w.Steps[i]; s.Kind == KindAssign && s.Context == context {
			vm = int(s.Value)
		}
	}
	return vm
}

// layout numbers contexts, batches, software fences and objects, so that steps
// may name what stands further down.
func (c *compiler) layout() {
	var ids []int
	for i := range c.w.Steps {
		switch s := &c.w.Steps[i]; s.Kind {
		case KindBatch:
			c.number[i] = int32(c.p.batches)
			c.step = append(c.step, i)
			c.p.batches++
			ids = append(ids, s.Context)
		case KindSoftFence:
			c.number[i] = int32(c.p.fences)
			c.p.fences++
		}
	}
	slices.Sort(ids)
	for i, id := range slices.Compact(ids) {
		c.queue[id] = i
		c.p.contexts = append(c.p.contexts, Context{ID: id, VM: c.vm(id)})
	}
	c.p.local = c.p.batches
	for i := range c.w.Steps {
		s := &c.w.Steps[i]
		if s.Kind != KindWorkingSet {
			continue
		}
		first := &c.p.local
		if s.Set.Shared {
			first = &c.p.shared
		}
		c.base[s.Set.ID] = use{shared: s.Set.Shared, first: int32(*first)}
		*first += s.Set.Objects()
	}
}

// findBefore fills in op.before, with which a throttle finds its batch.
func (c *compiler) findBefore() {
	last := int32(c.p.batches - 1)
	for i := range c.p.ops {
		if c.p.ops[i].kind == KindBatch {
			last = c.p.ops[i].result
		}
		c.p.ops[i].before = last
	}
}

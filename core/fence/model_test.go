package fence_test

import "credence/core/fence"

// model is the dumb twin: fences as one goroutine would write them, with
// slices, and no word, lists or claims. Fences come as bases of one or two.
type model struct {
	bases  []*modelBase
	fences []*modelFence
	cbs    []*modelCallback
	runs   int // names runs, so that a callback knows which of its runs is on
	watch  watcher
}

// watcher is told what a world does by itself.
type watcher interface {
	ran(f, cb int)
	released(base int)
}

type modelBase struct {
	fences []int
	refs   int
}

type modelFence struct {
	base     int
	carries  bool // an error
	signaled bool
	err      fence.Errno
	first    int   // who stands in the slot, or -1
	nodes    []int // who stands behind, in the order of arming
	listed   bool  // somebody has stood behind
}

type modelCallback struct {
	on    int // the fence where it stands, or -1
	armed bool
	run   int // which run of the handler it is in, or 0
}

func (m *model) initBase(base, refs int) {
	b := m.bases[base]
	for _, f := range b.fences {
		if m.fences[f].first >= 0 || len(m.fences[f].nodes) > 0 {
			panic("fence: Init of a fence that somebody watches")
		}
	}
	b.refs = refs
	for _, f := range b.fences {
		m.fences[f].signaled, m.fences[f].err, m.fences[f].listed = false, fence.OK, false
	}
}

func (m *model) arm(fi, ci int) fence.Outcome {
	f, c := m.fences[fi], m.cbs[ci]
	switch {
	case c.run != 0:
		return fence.Busy
	case c.armed:
		panic("fence: Arm of an armed callback")
	case c.on >= 0 && c.on != fi:
		return fence.Busy
	case c.on < 0 && f.signaled:
		return fence.AlreadySignaled
	case c.on < 0 && f.first < 0 && !f.listed:
		f.first = ci
		c.on = fi
	case c.on < 0:
		f.nodes = append(f.nodes, ci)
		c.on, f.listed = fi, true
	}
	c.armed = true
	return fence.Armed
}

func (m *model) disarm(ci int) bool {
	c := m.cbs[ci]
	if !c.armed {
		return false
	}
	c.armed = false
	f := m.fences[c.on]
	if f.first == ci {
		f.first, c.on = -1, -1
	} else if last := len(f.nodes) - 1; last >= 0 && f.nodes[last] == ci {
		f.nodes = f.nodes[:last]
		c.on = -1
	}
	return true
}

func (m *model) running(ci int) bool { return m.cbs[ci].run != 0 }
func (m *model) done(ci int)         { m.cbs[ci].run = 0 }

func (m *model) signal(fi int, e fence.Errno) bool {
	f := m.fences[fi]
	if f.signaled {
		return false
	}
	f.signaled = true
	if e != fence.OK && f.carries {
		f.err = e
	}
	if ci := f.first; ci >= 0 {
		f.first = -1
		m.call(fi, ci)
	}
	taken := f.nodes
	f.nodes = nil
	for _, ci := range taken {
		m.call(fi, ci)
	}
	return true
}

// call runs a callback that the signal of a fence found.
func (m *model) call(fi, ci int) {
	c := m.cbs[ci]
	c.on = -1
	if !c.armed {
		return
	}
	c.armed = false
	m.runs++
	run := m.runs
	c.run = run
	m.watch.ran(fi, ci)
	if c.run == run {
		c.run = 0
	}
}

func (m *model) signalPut(fi int, e fence.Errno) bool {
	first := m.signal(fi, e)
	m.put(fi)
	return first
}

func (m *model) setError(fi int, e fence.Errno) {
	f := m.fences[fi]
	if f.signaled {
		panic("fence: SetError after the signal")
	}
	if f.carries {
		f.err = e
	}
}

func (m *model) get(fi int) { m.bases[m.fences[fi].base].refs++ }

func (m *model) tryGet(fi int) bool {
	b := m.bases[m.fences[fi].base]
	if b.refs == 0 {
		return false
	}
	b.refs++
	return true
}

func (m *model) put(fi int) {
	b := m.bases[m.fences[fi].base]
	b.refs--
	if b.refs == 0 {
		m.watch.released(m.fences[fi].base)
	}
}

func (m *model) state(fi int) (signaled bool, e fence.Errno, refs int) {
	f := m.fences[fi]
	return f.signaled, f.err, m.bases[f.base].refs
}

package target

import (
	"slices"

	"credence/core/fence"
	"credence/core/invariant"
	"credence/fuzz/prog"
	"credence/hwmock/des"
	"credence/hwmock/device"
)

// An input of Slots has this many jobs, on as many user queues.
const slotsJobs = 12

// Slots takes and gives back the device's event and VM slots for jobs that are
// about to be armed, with lists beside it. The first byte says how many slots and
// address spaces there are.
func Slots(data []byte) (interesting bool, f *Finding) {
	return guard("slots", func() bool {
		if len(data) == 0 {
			return false
		}
		m := newSlotsModel(data[0])
		partOps(data[1:], 4, m.do)
		for i := range m.jobs {
			m.do(3, byte(i))
			m.do(2, byte(i))
		}
		m.compare()
		return m.bound > 1
	})
}

// slotsModel is a device, and who has which slots.
type slotsModel struct {
	device *device.Device
	spaces []*slotsSpace
	jobs   [slotsJobs]slotsJob
	events slotsTable
	vms    slotsTable
	rebind fence.Duration
	bound  int
}

// slotsTable is slots of one sort: those that are free, for longest first, whose
// each was last, and who waits.
type slotsTable struct {
	free  []int
	owner []*int // by slot: who had it last, by its note of which it was
	line  []*slotsJob
}

type slotsSpace struct {
	*device.Space
	users int
	slot  int // it had last; -1 for none
}

// slotsJob is a job with its user queue, which has one event slot a kind.
type slotsJob struct {
	device.Job
	place device.Place
	queue *device.UserQueue
	space *slotsSpace
	kinds []device.Kind
	slot  [device.NumKinds]int
	bound bool
	told  bool // that it may be worth asking
}

func (j *slotsJob) SlotFree()            { j.told = true }
func (j *slotsJob) Place() *device.Place { return &j.place }

func newSlotsModel(b byte) *slotsModel {
	p := *profiles[prog.AppleM1]
	p.EventSlots, p.VMSlots = 3+int(b)%6, 1+int(b)/8%4
	m := &slotsModel{rebind: p.VMRebind}
	m.device = device.New(device.Config{Events: des.New(), Profile: &p, Contexts: new(fence.Contexts)})
	m.events.init(p.EventSlots)
	m.vms.init(p.VMSlots)
	for range 1 + int(b)/32 {
		m.spaces = append(m.spaces, &slotsSpace{Space: m.device.NewSpace(), slot: -1})
	}
	for i := range m.jobs {
		j := &m.jobs[i]
		j.queue, j.space = m.device.NewQueue(), m.spaces[i%len(m.spaces)]
		j.queue.SetSpace(j.space.Space)
		j.Queue, j.Owner = j.queue, &j.Job
		for k := range device.NumKinds {
			j.slot[k] = -1
			if (i+1)>>k&1 != 0 || k == device.Kind(i%int(device.NumKinds)) {
				j.kinds = append(j.kinds, k)
				j.Commands = append(j.Commands, device.Command{Kind: k, Engines: 1, Duration: 1})
			}
		}
	}
	return m
}

func (t *slotsTable) init(n int) {
	t.owner = make([]*int, n)
	for i := range n {
		t.free = append(t.free, i)
	}
}

// get takes the slot of last time if nobody had it since, otherwise the one that
// is free for longest.
func (t *slotsTable) get(note *int) (changed bool) {
	k := slices.Index(t.free, *note)
	if k < 0 || t.owner[*note] != note {
		changed, k = *note >= 0, 0
	}
	*note = t.free[k]
	t.owner[*note] = note
	t.free = slices.Delete(t.free, k, k+1)
	return changed
}

// admits reports whether j, who needs n, is served now, and otherwise puts it in
// line.
func (t *slotsTable) admits(j *slotsJob, n int) bool {
	if n <= len(t.free) && (len(t.line) == 0 || t.line[0] == j) {
		return true
	}
	if !slices.Contains(t.line, j) {
		t.line = append(t.line, j)
	}
	return false
}

func (t *slotsTable) leave(j *slotsJob) {
	if i := slices.Index(t.line, j); i >= 0 {
		t.line = slices.Delete(t.line, i, i+1)
	}
}

func (m *slotsModel) do(kind, arg byte) {
	j := &m.jobs[int(arg)%slotsJobs]
	switch {
	case kind <= 1 && !j.bound:
		m.bind(j)
	case kind == 2 && j.bound:
		m.device.Unbind(&j.Job)
		m.unbind(j)
	case kind == 3:
		m.device.Leave(j)
		m.events.leave(j)
		m.vms.leave(j)
	}
	m.compare()
}

func (m *slotsModel) bind(j *slotsJob) {
	j.told = false
	cost, ok := m.device.Bind(&j.Job, j)
	want, rebind := m.served(j), fence.Duration(0)
	expect(invariant.I1, "whether there are slots", ok, want)
	if want {
		m.bound++
		j.bound = true
		if j.space.users == 0 && m.vms.get(&j.space.slot) {
			rebind = m.rebind
		}
		j.space.users++
		for _, k := range j.kinds {
			m.events.get(&j.slot[k])
		}
		m.events.leave(j)
		m.vms.leave(j)
	}
	expect(invariant.I1, "what a bind costs", cost, rebind)
}

// served reports whether there is all that j needs, and nobody in front of it.
func (m *slotsModel) served(j *slotsJob) bool {
	if j.space.users == 0 && !m.vms.admits(j, 1) {
		return false
	}
	if !m.events.admits(j, len(j.kinds)) {
		m.vms.leave(j)
		return false
	}
	return true
}

func (m *slotsModel) unbind(j *slotsJob) {
	j.bound = false
	for _, k := range j.kinds {
		m.events.free = append(m.events.free, j.slot[k])
	}
	if j.space.users--; j.space.users == 0 {
		m.vms.free = append(m.vms.free, j.space.slot)
	}
}

// compare holds that the first in line was told if all that it waits for is there:
// it may stand in both lines.
func (m *slotsModel) compare() {
	for _, t := range []*slotsTable{&m.events, &m.vms} {
		if len(t.line) == 0 {
			continue
		}
		j := t.line[0]
		if !j.told && m.events.ready(j, len(j.kinds)) && m.vms.ready(j, 1) {
			breaks(invariant.L1, "%d of %d slots are free, and the first of %d in line was not told",
				len(t.free), len(t.owner), len(t.line))
		}
	}
}

// ready reports whether j, if it stands in line, is the first and finds n.
func (t *slotsTable) ready(j *slotsJob, n int) bool {
	return !slices.Contains(t.line, j) || t.line[0] == j && len(t.free) >= n
}

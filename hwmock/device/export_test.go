package device

import "credence/core/fence"

// SetStamp lets the stamp of a firmware queue that was never used start at v.
func (q *UserQueue) SetStamp(k Kind, v uint32) {
	if q.fw[k].tail != 0 {
		panic("device: SetStamp of a queue in use")
	}
	q.fw[k].stamp, q.fw[k].issued = v, v
}

// Jump moves the stamp of a firmware queue with nothing outstanding on by n
// commands.
func (q *UserQueue) Jump(k Kind, n uint32) {
	if q.fw[k].outstanding != 0 {
		panic("device: Jump of a queue with commands outstanding")
	}
	q.fw[k].stamp += n * stampStep
	q.fw[k].issued += n * stampStep
}

// RingLen returns how many entries the ring has memory for.
func (q *UserQueue) RingLen(k Kind) int { return len(q.fw[k].ring) }

// EndHold is FreeJob of a job that no scheduler knows.
func (j *Job) EndHold() { j.drop() }

// Hardware returns the job's hardware fence.
func (j *Job) Hardware() *fence.Fence { return &j.hw.Fence }

// MadeEntries returns how many ring entries there is memory for.
func (d *Device) MadeEntries() (n int) {
	for _, g := range d.groups {
		for k := range g.fw {
			for _, e := range g.fw[k].ring {
				if e != nil {
					n++
				}
			}
		}
	}
	return n
}

// Slots is a table of slots by itself.
type Slots struct{ table slotTable }

// Token is what a table remembers a user by.
type Token struct{ token token }

// NewSlots returns a table of n slots.
func NewSlots(n int) *Slots {
	s := new(Slots)
	s.table.init(n)
	return s
}

// Get takes a slot for k.
func (s *Slots) Get(k *Token) bool { return s.table.get(&k.token) }

// Put gives it back.
func (s *Slots) Put(k *Token) { s.table.put(&k.token) }

// Free returns how many slots are free.
func (s *Slots) Free() int { return s.table.free }

// Slot returns the slot that k had last.
func (k *Token) Slot() int { return int(k.token.slot) }

// SetCount sets the notifier of a queue that was never used.
func (q *UserQueue) SetCount(n uint32) { q.count, q.threshold = n, n }

// Stamp returns the stamp of a firmware queue.
func (q *UserQueue) Stamp(k Kind) uint32 { return q.fw[k].stamp }

// Taken returns how many event and VM slots are taken.
func (d *Device) Taken() (events, spaces int) {
	return len(d.active.slots) - d.active.free, len(d.spaces.slots) - d.spaces.free
}

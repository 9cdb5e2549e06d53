package device

import (
	"fmt"
	"math/rand/v2"

	"credence/core/fence"
)

// FaultKind is a way to go wrong.
type FaultKind uint8

// The kinds of faults, and the opportunities for each.
const (
	// Hang: a command, as it starts, never ends.
	Hang FaultKind = iota
	// MMUFault: a command, as it starts, makes the firmware halt. It and what runs
	// or is dispatched in its address space fail with EIO, what runs or is
	// dispatched in others with ECANCELED, innocent as it is; after Halt the
	// firmware goes on with the rest.
	MMUFault
	// ChannelError: a command, as it starts, fails with EIO, and its firmware queue
	// stands still for RecoverChannel.
	ChannelError
	// Crash: a command, as it starts, brings the firmware down. All jobs fail with
	// ENODEV, those that come later too.
	Crash
	// GrowTVB: a vertex command, as it starts, finds its buffer too small, and takes
	// a round trip to the host longer.
	GrowTVB
	// LostInterrupt: a queue's bit in the event bitmap is not written.
	LostInterrupt
	// LateInterrupt: it is written Delay later.
	LateInterrupt
	// DuplicateInterrupt: it is written now, and again Delay later.
	DuplicateInterrupt
	// SpuriousInterrupt: that of any other slot is written too.
	SpuriousInterrupt
	// StampLate: as a job ends, the driver takes its slots for free only Delay later
	// (AsahiLinux/linux#324).
	StampLate
	// ChannelFull: as a message is sent, the channels seem full, for Delay.
	ChannelFull
	// SlowHost: run_job takes Delay longer.
	SlowHost
	// ResetFails: a reset has not helped. The device is given up.
	ResetFails
	NumFaults
)

var faultNames = [NumFaults]string{
	"hang", "mmu-fault", "channel-error", "crash", "grow-tvb", "lost-interrupt", "late-interrupt",
	"duplicate-interrupt", "spurious-interrupt", "stamp-late", "channel-full", "slow-host",
	"reset-fails",
}

// String returns the kind's name, such as "hang".
func (k FaultKind) String() string {
	if k >= NumFaults {
		return fmt.Sprintf("fault(%d)", uint8(k))
	}
	return faultNames[k]
}

// Faults says what goes wrong by itself.
type Faults struct {
	// Seed of the draws: the same seed and submissions, the same faults.
	Seed uint64
	// Rate is how often each kind happens, per million opportunities.
	Rate [NumFaults]uint32
	// Delay is the length of what is late or slow; 0 means DefaultDelay.
	Delay fence.Duration
	// Timed are faults at instants of their own, in the order of time.
	Timed []TimedFault
}

// DefaultDelay is Faults.Delay unless it is given.
const DefaultDelay = fence.Millisecond

// MaxFaultLog is how many faults Device.Faulted remembers.
const MaxFaultLog = 1024

// Fault is one that happened.
type Fault struct {
	At    fence.Time
	Kind  FaultKind
	Queue int    // of Device.NewQueue; -1 if no job was concerned
	Job   uint64 // sched.Job.ID; 0 if none was concerned
}

// String says what happened to whom.
func (f Fault) String() string {
	return fmt.Sprintf("%d ns: %s, queue %d, job %d", f.At, f.Kind, f.Queue, f.Job)
}

// faults is what a device knows of its faults.
type faults struct {
	Faults
	random   *rand.Rand
	orders   []order
	counts   [NumFaults]int
	log      []Fault
	late     late
	timeouts int        // that the device was asked about
	clog     fence.Time // until when channels seem full
	timed    clockwork
}

// order is a fault that was asked for; of any group if that is nil.
type order struct {
	kind  FaultKind
	group *group
}

func newFaults(c Faults) *faults {
	if c.Delay == 0 {
		c.Delay = DefaultDelay
	}
	return &faults{Faults: c, random: rand.New(rand.NewPCG(c.Seed, 0))}
}

// Inject has a fault happen at the next opportunity, to the queue, or to anybody
// if that is nil. Several are served in order. It allocates.
func (d *Device) Inject(k FaultKind, q *UserQueue) {
	if k >= NumFaults {
		panic(fmt.Sprintf("device: Inject of %s", k))
	}
	o := order{kind: k}
	if q != nil {
		o.group = q.group
	}
	f := d.faulty()
	f.orders = append(f.orders, o)
}

// faulty returns the state of faults, made when it is first needed.
func (d *Device) faulty() *faults {
	if d.faults == nil {
		d.faults = newFaults(Faults{})
	}
	return d.faults
}

// Faulted returns the first MaxFaultLog faults, oldest first.
func (d *Device) Faulted() []Fault {
	if d.faults == nil {
		return nil
	}
	return d.faults.log
}

// FaultCount returns how often a kind of fault happened.
func (d *Device) FaultCount(k FaultKind) int {
	if d.faults == nil {
		return 0
	}
	return d.faults.counts[k]
}

// hit decides whether k happens to g, and to j of it, which may be nil.
func (f *faults) hit(k FaultKind, g *group, j *Job) bool {
	if !f.ordered(k, g) && (f.Rate[k] == 0 || f.random.Uint64N(ppm) >= uint64(f.Rate[k])) {
		return false
	}
	f.counts[k]++
	if len(f.log) < MaxFaultLog {
		x := Fault{At: g.device.events.Now(), Kind: k, Queue: -1}
		if j != nil {
			x.Queue, x.Job = j.Queue.id, j.ID
		}
		f.log = append(f.log, x)
	}
	return true
}

// ordered takes an order for k and g, if there is one.
func (f *faults) ordered(k FaultKind, g *group) bool {
	for i, o := range f.orders {
		if o.kind == k && (o.group == nil || o.group == g) {
			f.orders = append(f.orders[:i], f.orders[i+1:]...)
			return true
		}
	}
	return false
}

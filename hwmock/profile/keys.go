package profile

import (
	"fmt"
	"strings"

	"credence/core/fence"
)

// Limits of what a profile may say.
const (
	MaxLatency    = 10 * fence.Second
	MaxTimeout    = 1000 * fence.Second
	MaxSchedulers = 1024
	MaxEventSlots = 128 // bits of the event message
	MaxVMSlots    = 1 << 16
	MaxChannel    = 1 << 16
	MaxPStates    = 16
	MaxClock      = 10_000_000 // kHz
)

// key is one thing that a profile says.
type key struct {
	name      string
	doc       string
	permitted string   // What may stand behind the =, as messages say it.
	units     []string // One of these follows the value; nil if the value is all.
	set       func(p *Profile, value, unit string) error
}

// keys is the table of all keys: what they mean, what is permitted, and where
// the value goes. A profile has every one of them; engine, and no other, may
// stand more than once.
var keys = []key{
	choice("shape", "how the device takes work", shapeNames[:],
		func(p *Profile, i int) { p.Shape = Shape(i) }),
	{"topology", "one scheduler a user queue, or N that all share",
		fmt.Sprintf("per-queue, or shared:N with N from 1 to %d", MaxSchedulers), nil, setTopology},

	integer("slots", "command slots per firmware queue that the driver counts", "", 2, 1<<15,
		func(p *Profile) *int { return &p.Slots }),
	integer("buffer", "outstanding commands per firmware queue that the firmware holds", "", 1, 1<<15,
		func(p *Profile) *int { return &p.Buffer }),
	integer("ring", "ring entries per firmware queue", "", 8, 1<<15+1,
		func(p *Profile) *int { return &p.Ring }),
	integer("event_slots", "firmware queues that can be active at a time", "", 3, MaxEventSlots,
		func(p *Profile) *int { return &p.EventSlots }),
	integer("vm_slots", "address spaces that can be active at a time", "", 1, MaxVMSlots,
		func(p *Profile) *int { return &p.VMSlots }),
	integer("channel", "messages that each work channel holds", "", 1, MaxChannel,
		func(p *Profile) *int { return &p.Channel }),
	choice("notify", "when the firmware tells the host of completions", notifyNames[:],
		func(p *Profile, i int) { p.Notify = Notify(i) }),

	latency("submit_cost", "time of the submitting call",
		func(p *Profile) *fence.Duration { return &p.SubmitCost }),
	latency("vm_rebind", "more of the submitting call if the address space lost its slot",
		func(p *Profile) *fence.Duration { return &p.VMRebind }),
	latency("host_wake", "until a worker that had nothing to do runs",
		func(p *Profile) *fence.Duration { return &p.HostWake }),
	latency("run_cost", "time for which run_job keeps the worker busy",
		func(p *Profile) *fence.Duration { return &p.RunCost }),
	latency("channel_poll", "for how long run_job sleeps at a time while a channel is full",
		func(p *Profile) *fence.Duration { return &p.ChannelPoll }),
	latency("doorbell", "from the doorbell's write until the firmware has the message",
		func(p *Profile) *fence.Duration { return &p.Doorbell }),
	latency("fw_wake", "more for the first message to a firmware that is powered off",
		func(p *Profile) *fence.Duration { return &p.FirmwareWake }),
	latency("fw_pickup", "time of the firmware for one message",
		func(p *Profile) *fence.Duration { return &p.PickUp }),
	latency("fw_dispatch", "from the ring's head to the start of execution",
		func(p *Profile) *fence.Duration { return &p.Dispatch }),
	latency("fw_retire", "from the end of execution until the stamp is written",
		func(p *Profile) *fence.Duration { return &p.Retire }),
	latency("irq", "from the stamp until the host's handler runs",
		func(p *Profile) *fence.Duration { return &p.IRQ }),
	latency("idle_off", "without work until the firmware powers off",
		func(p *Profile) *fence.Duration { return &p.IdleOff }),

	integer("vertex_share", "vertex part of a render's time", "ppm", 1, 999_999,
		func(p *Profile) *int { return &p.VertexShare }),
	integer("contention", "what each further busy engine costs the busy ones, of an engine's work",
		"ppm", 0, 1_000_000, func(p *Profile) *int { return &p.Contention }),
	{"pstates", "clock rates; durations hold at the last one", fmt.Sprintf(
		"1 to %d whole numbers from 1 to %d with commas between, ascending, kHz", MaxPStates, MaxClock),
		[]string{"kHz"}, setPStates},
	latency("pstate_sample", "how often the clock follows the load; 0 ns holds the last rate",
		func(p *Profile) *fence.Duration { return &p.PStateSample }),
	integer("pstate_target", "share of time that the clock tries to have the busiest engine work",
		"ppm", 1, 1_000_000, func(p *Profile) *int { return &p.PStateTarget }),
	latency("timeslice", "how long a command executes while another waits; 0 ns is to its end",
		func(p *Profile) *fence.Duration { return &p.TimeSlice }),
	{"preempt", "queues whose commands a time slice ends", "none, or some of " +
		strings.Join(queueNames[:], ", ") + " with commas between", nil, setPreempt},
	latency("switch_cost", "what it takes an engine to switch between commands",
		func(p *Profile) *fence.Duration { return &p.SwitchCost }),

	span("timeout", "how long a job may take before the driver asks; 0 ns is for ever", MaxTimeout,
		func(p *Profile) *fence.Duration { return &p.Timeout }),
	choice("on_timeout", "whether the driver resets the hardware or gives the device up",
		[]string{"no-device", "reset"}, func(p *Profile, i int) { p.Resets = i == 1 }),
	latency("reset", "how long a reset takes",
		func(p *Profile) *fence.Duration { return &p.Reset }),
	latency("halt", "how long the firmware stands still after a fault",
		func(p *Profile) *fence.Duration { return &p.Halt }),
	latency("recover_channel", "how long a firmware queue stands still after a channel error",
		func(p *Profile) *fence.Duration { return &p.RecoverChannel }),

	{engineKey, "an engine, and the firmware queue that feeds it", fmt.Sprintf(
		"NAME class=RCS|BCS|VCS|VECS|CCS instance=1..%d queue=%s, "+
			"NAME up to %d of a-z, 0-9, - and _", MaxInstance, strings.Join(queueNames[:], "|"),
		maxName), nil, addEngine},
}

// findKey returns the key of that name, nil if there is none.
func findKey(name string) *key {
	for i := range keys {
		if keys[i].name == name {
			return &keys[i]
		}
	}
	return nil
}

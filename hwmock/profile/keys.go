package profile

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"credence/core/fence"
)

// Limits of what a profile may say.
const (
	MaxLatency    = 10 * fence.Second
	MaxSchedulers = 1024
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
	integer("slots", "command slots per firmware queue that the driver counts", "", 2, 1<<15,
		func(p *Profile) *int { return &p.Slots }),
	integer("buffer", "outstanding commands per firmware queue that the firmware holds", "", 1, 1<<15,
		func(p *Profile) *int { return &p.Buffer }),
	integer("ring", "ring entries per firmware queue", "", 8, 1<<15+1,
		func(p *Profile) *int { return &p.Ring }),
	latency("submit_cost", "time of the submitting call",
		func(p *Profile) *fence.Duration { return &p.SubmitCost }),
	latency("host_wake", "until a worker that had nothing to do runs",
		func(p *Profile) *fence.Duration { return &p.HostWake }),
	latency("run_cost", "time for which run_job keeps the worker busy",
		func(p *Profile) *fence.Duration { return &p.RunCost }),
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
	{"topology", "one scheduler a user queue, or N that all share",
		fmt.Sprintf("per-queue, or shared:N with N from 1 to %d", MaxSchedulers), nil, setTopology},
	{engineKey, "an engine, and the firmware queue that feeds it", fmt.Sprintf(
		"NAME class=RCS|BCS|VCS|VECS|CCS instance=1..%d queue=vertex|fragment|compute, "+
			"NAME up to %d of a-z, 0-9, - and _", MaxInstance, maxName), nil, addEngine},
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

// integer is a key whose value is an integer, of one unit or, with "", a count.
func integer(name, doc, unit string, least, most int, field func(*Profile) *int) key {
	permitted := strings.TrimSpace(fmt.Sprintf("a whole number from %d to %d %s", least, most, unit))
	set := func(p *Profile, value, _ string) error {
		n, err := number(value, int64(least), int64(most))
		*field(p) = int(n)
		return err
	}
	return key{name, doc, permitted, []string{unit}, set}
}

// latencyUnits are what a latency may be written in.
var latencyUnits = []string{"ns", "us", "ms", "s"}

// latency is a key whose value is a span of time.
func latency(name, doc string, field func(*Profile) *fence.Duration) key {
	permitted := fmt.Sprintf("0 ns to %d s, a whole number of ns, us, ms or s",
		MaxLatency/fence.Second)
	set := func(p *Profile, value, unit string) error {
		span := fence.Nanosecond
		for _, u := range latencyUnits {
			if u == unit {
				break
			}
			span *= 1000
		}
		n, err := number(value, 0, int64(MaxLatency/span))
		*field(p) = fence.Duration(n) * span
		return err
	}
	return key{name, doc, permitted, latencyUnits, set}
}

// number reads a whole number, digits only.
func number(s string, least, most int64) (int64, error) {
	n, err := strconv.ParseUint(s, 10, 63)
	if errors.Is(err, strconv.ErrSyntax) {
		return 0, fmt.Errorf("%s is not a whole number", quote(s))
	}
	if err != nil || int64(n) < least || int64(n) > most {
		return 0, fmt.Errorf("%s is out of range", quote(s))
	}
	return int64(n), nil
}

func setTopology(p *Profile, value, _ string) error {
	if value == "per-queue" {
		return nil
	}
	count, ok := strings.CutPrefix(value, "shared:")
	if !ok {
		return fmt.Errorf("%s is no topology", quote(value))
	}
	n, err := number(count, 1, MaxSchedulers)
	p.SharedSchedulers = int(n)
	return err
}

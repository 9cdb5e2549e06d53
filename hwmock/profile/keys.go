package profile

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"credence/core/fence"
)

// Limits of what a profile may say.
const (
	MaxEngines  = 32
	MaxInstance = 16
	MaxLatency  = 10 * fence.Second
)

// key is one thing that a profile says.
type key struct {
	name      string
	doc       string
	permitted string
	set       func(p *Profile, value string) error
}

// keys is the table of all keys: what they mean, what is permitted, and where
// the value goes. Every one must be in a profile.
var keys = []key{
	integer("slots", "command slots per firmware queue that the driver counts", 2, 32768,
		func(p *Profile) *int { return &p.Slots }),
	integer("buffer", "outstanding commands per firmware queue that the firmware holds", 1, 32768,
		func(p *Profile) *int { return &p.Buffer }),
	integer("ring", "ring entries per firmware queue", 8, 32769,
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
	integer("vertex_share", "vertex part of a render's time, ppm", 1, 999_999,
		func(p *Profile) *int { return &p.VertexShare }),
	{"topology", "one scheduler a user queue, or N that all share",
		"per-queue, or shared:N with N from 1 to 1024", setTopology},
	{engineKey, "an engine, and the firmware queue that feeds it",
		"NAME class=RCS|BCS|VCS|VECS|CCS instance=1..16 queue=vertex|fragment|compute", addEngine},
}

const engineKey = "engine"

func findKey(name string) *key {
	for i := range keys {
		if keys[i].name == name {
			return &keys[i]
		}
	}
	return nil
}

func integer(name, doc string, least, most int, field func(*Profile) *int) key {
	return key{name, doc, fmt.Sprintf("%d to %d", least, most), func(p *Profile, s string) error {
		n, err := strconv.Atoi(s)
		if err != nil || n < least || n > most {
			return fmt.Errorf("%q is not in the range", s)
		}
		*field(p) = n
		return nil
	}}
}

// units are what a latency may be written in.
var units = []struct {
	name string
	unit fence.Duration
}{{"ns", fence.Nanosecond}, {"us", fence.Microsecond}, {"ms", fence.Millisecond}, {"s", fence.Second}}

func latency(name, doc string, field func(*Profile) *fence.Duration) key {
	return key{name, doc, "0 ns to 10 s, as an integer with ns, us, ms or s", func(p *Profile, s string) error {
		number, unit, _ := strings.Cut(s, " ")
		n, err := strconv.ParseInt(number, 10, 64)
		if err != nil {
			return fmt.Errorf("%q is not an integer with a unit", s)
		}
		for _, u := range units {
			if u.name != strings.TrimSpace(unit) {
				continue
			}
			if n < 0 || n > int64(MaxLatency/u.unit) {
				return fmt.Errorf("%q is not in the range", s)
			}
			*field(p) = fence.Duration(n) * u.unit
			return nil
		}
		return fmt.Errorf("%q has no unit", s)
	}}
}

func setTopology(p *Profile, s string) error {
	if s == "per-queue" {
		return nil
	}
	number, ok := strings.CutPrefix(s, "shared:")
	n, err := strconv.Atoi(number)
	if !ok || err != nil || n < 1 || n > 1024 {
		return fmt.Errorf("%q is neither", s)
	}
	p.SharedSchedulers = n
	return nil
}

// addEngine reads NAME class=C instance=N queue=Q.
func addEngine(p *Profile, s string) error {
	fields := strings.Fields(s)
	if len(p.Engines) == MaxEngines {
		return fmt.Errorf("more than %d engines", MaxEngines)
	}
	if len(fields) != 4 || strings.Contains(fields[0], "=") {
		return fmt.Errorf("%q is not of that form", s)
	}
	e := Engine{Name: fields[0]}
	for i, want := range []string{"class=", "instance=", "queue="} {
		v, ok := strings.CutPrefix(fields[i+1], want)
		if !ok {
			return fmt.Errorf("%q stands where %s is expected", fields[i+1], want)
		}
		n := -1
		switch want {
		case "class=":
			n = slices.Index(classNames[:], v)
			e.Class = Class(max(n, 0))
		case "queue=":
			n = slices.Index(queueNames[:], v)
			e.Queue = Queue(max(n, 0))
		default:
			if k, err := strconv.Atoi(v); err == nil && k >= 1 && k <= MaxInstance {
				n, e.Instance = k, k
			}
		}
		if n < 0 {
			return fmt.Errorf("%q is not permitted", fields[i+1])
		}
	}
	for _, x := range p.Engines {
		if x.Name == e.Name || x.Class == e.Class && x.Instance == e.Instance && x.Queue == e.Queue {
			return fmt.Errorf("engine %s stands here twice", e.Name)
		}
	}
	p.Engines = append(p.Engines, e)
	return nil
}

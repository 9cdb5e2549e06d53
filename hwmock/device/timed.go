package device

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"credence/core/fence"
	"credence/hwmock/des"
)

// TimedFault is a fault that happens at the first opportunity from an instant on, to
// whom it may concern.
type TimedFault struct {
	At   fence.Time
	Kind FaultKind
}

// MaxTimed is how many of them there may be.
const MaxTimed = 1024

// Parse reads what is to go wrong: parts separated by commas, each of them
// KIND=RATE, a rate per million opportunities, KIND@TIME with the unit of the time,
// seed=N, or delay=TIME, which is Faults.Delay. Kinds are those of FaultNames. The
// seed is f's unless there is one.
func (f *Faults) Parse(text string) error {
	for part := range strings.SplitSeq(text, ",") {
		if err := f.parse(part); err != nil {
			return err
		}
	}
	slices.SortStableFunc(f.Timed, func(a, b TimedFault) int {
		return int(min(max(a.At-b.At, -1), 1))
	})
	return nil
}

func (f *Faults) parse(part string) (err error) {
	if name, at, ok := strings.Cut(part, "@"); ok {
		k, err := faultOf(name)
		if err != nil {
			return err
		}
		d, err := positive(part, at)
		if err == nil && len(f.Timed) == MaxTimed {
			err = fmt.Errorf("more than %d faults at a time of their own; give rates", MaxTimed)
		}
		f.Timed = append(f.Timed, TimedFault{fence.Time(0).Add(d), k})
		return err
	}
	name, value, ok := strings.Cut(part, "=")
	switch {
	case !ok:
		return fmt.Errorf("%q: want KIND=RATE, KIND@TIME, seed=N or delay=TIME", part)
	case name == "seed":
		if f.Seed, err = strconv.ParseUint(value, 10, 64); err != nil {
			return fmt.Errorf("%s: want an integer of 0 to %d", part, uint64(math.MaxUint64))
		}
		return nil
	case name == "delay":
		f.Delay, err = positive(part, value)
		return err
	}
	k, err := faultOf(name)
	if err != nil {
		return err
	}
	n, err := strconv.ParseUint(value, 10, 32)
	if err != nil || n < 1 || n > ppm {
		return fmt.Errorf("%s: want a rate of 1 to %d per million opportunities", part, ppm)
	}
	f.Rate[k] = uint32(n)
	return nil
}

// positive reads a duration of 1 ns or more.
func positive(part, text string) (fence.Duration, error) {
	d, err := time.ParseDuration(text)
	if err != nil || d <= 0 {
		return 0, fmt.Errorf("%s: want a time with its unit, above 0, as in 250ms", part)
	}
	return fence.Duration(d), nil
}

// FaultNames returns the names of all kinds, such as "hang".
func FaultNames() []string { return slices.Clone(faultNames[:]) }

func faultOf(name string) (FaultKind, error) {
	if k := slices.Index(faultNames[:], name); k >= 0 {
		return FaultKind(k), nil
	}
	return 0, fmt.Errorf("there is no fault %q; there are %s", name,
		strings.Join(faultNames[:], ", "))
}

// clockwork asks for the timed faults as their times come.
type clockwork struct {
	device *Device
	rest   []TimedFault // in the order of time
	event  des.Event
}

// start schedules the first.
func (c *clockwork) start(d *Device, list []TimedFault) {
	c.device, c.rest = d, list
	c.event.Init(c)
	c.wait()
}

func (c *clockwork) wait() {
	if len(c.rest) != 0 {
		at := max(c.rest[0].At, c.device.events.Now())
		c.device.events.Schedule(&c.event, at, des.ClassHardware, 0)
	}
}

// Fire asks for what is due.
func (c *clockwork) Fire(now fence.Time, _ *des.Event) {
	for len(c.rest) != 0 && c.rest[0].At <= now {
		c.device.Inject(c.rest[0].Kind, nil)
		c.rest = c.rest[1:]
	}
	c.wait()
}

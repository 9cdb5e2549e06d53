package profile

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"credence/core/fence"
)

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

// latency is a key whose value is a span of time of up to MaxLatency.
func latency(name, doc string, field func(*Profile) *fence.Duration) key {
	return span(name, doc, MaxLatency, field)
}

// span is a key whose value is a span of time.
func span(name, doc string, most fence.Duration, field func(*Profile) *fence.Duration) key {
	permitted := fmt.Sprintf("0 ns to %d s, a whole number of ns, us, ms or s", most/fence.Second)
	set := func(p *Profile, value, unit string) error {
		one := fence.Nanosecond
		for _, u := range latencyUnits {
			if u == unit {
				break
			}
			one *= 1000
		}
		n, err := number(value, 0, int64(most/one))
		*field(p) = fence.Duration(n) * one
		return err
	}
	return key{name, doc, permitted, latencyUnits, set}
}

// choice is a key whose value is one of some words.
func choice(name, doc string, words []string, pick func(p *Profile, i int)) key {
	set := func(p *Profile, value, _ string) error {
		i := slices.Index(words, value)
		if i < 0 {
			return fmt.Errorf("%s is no %s", quote(value), name)
		}
		pick(p, i)
		return nil
	}
	return key{name, doc, strings.Join(words, " or "), nil, set}
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

// setPStates reads ascending clock rates.
func setPStates(p *Profile, value, _ string) error {
	list := strings.Split(value, ",")
	if len(list) > MaxPStates {
		return fmt.Errorf("%d rates", len(list))
	}
	for i, s := range list {
		n, err := number(s, 1, MaxClock)
		if err != nil {
			return err
		}
		if i > 0 && int(n) <= p.PStates[i-1] {
			return fmt.Errorf("%d is not above %d", n, p.PStates[i-1])
		}
		p.PStates = append(p.PStates, int(n))
	}
	return nil
}

// setPreempt reads the queues whose commands can be preempted.
func setPreempt(p *Profile, value, _ string) error {
	if value == "none" {
		return nil
	}
	for s := range strings.SplitSeq(value, ",") {
		q := slices.Index(queueNames[:], s)
		switch {
		case q < 0:
			return fmt.Errorf("%s is no firmware queue", quote(s))
		case p.Preempt&(1<<q) != 0:
			return fmt.Errorf("%s stands there twice", s)
		}
		p.Preempt |= 1 << q
	}
	return nil
}

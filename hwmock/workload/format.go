package workload

import (
	"strconv"
	"strings"
)

// String returns the step as a file writes it, in canonical form.
func (s *Step) String() string {
	switch s.Kind {
	case KindBatch:
		return s.batchString()
	case KindSoftFence:
		return "f"
	case KindSync, KindSignal, KindTerminate:
		return forms[s.Kind].letter + "." + s.distance(s.Target)
	case KindDelay:
		if s.Span.Exponential {
			return "d." + s.Span.String()
		}
		fallthrough
	case KindPeriod, KindThrottle, KindQueueDepth, KindVM:
		return forms[s.Kind].letter + "." + strconv.FormatInt(s.Value, 10)
	case KindWorkingSet:
		return s.Set.String()
	}
	if s.Kind == KindAssign {
		return "v." + strconv.FormatInt(s.Value, 10) + "." + strconv.Itoa(s.Context)
	}
	text := forms[s.Kind].letter + "." + strconv.Itoa(s.Context)
	switch s.Kind {
	case KindPriority, KindPreempt, KindSlices:
		text += "." + strconv.FormatInt(s.Value, 10)
	case KindMap:
		text += "." + joinEngines(s.Engines)
	case KindBond:
		text += "." + joinEngines(s.Engines) + "." + s.Engine.String()
	}
	return text
}

// distance writes a step's index relative to s.
func (s *Step) distance(target int) string { return strconv.Itoa(target - s.Index) }

func joinEngines(list []Engine) string {
	names := make([]string, len(list))
	for i, e := range list {
		names[i] = e.String()
	}
	return strings.Join(names, "|")
}

func (s *Step) batchString() string {
	deps := make([]string, len(s.Deps))
	for i, d := range s.Deps {
		deps[i] = d.format(s)
	}
	if len(deps) == 0 {
		deps = []string{"0"}
	}
	wait := "0"
	if s.Wait {
		wait = "1"
	}
	return strings.Join([]string{strconv.Itoa(s.Context), s.Engine.String(), s.Span.String(),
		strings.Join(deps, "/"), wait}, ".")
}

// String returns the duration as a file writes it: N, N-M, ~N or *.
func (z Span) String() string {
	if z.Infinite {
		return "*"
	}
	if z.Exponential {
		return "~" + strconv.FormatInt(z.Min, 10)
	}
	if z.Min == z.Max {
		return strconv.FormatInt(z.Min, 10)
	}
	return strconv.FormatInt(z.Min, 10) + "-" + strconv.FormatInt(z.Max, 10)
}

var depPrefix = [numDepKinds]string{"", "f", "s", "r", "w"}

// format writes the dependency of batch s.
func (d Dep) format(s *Step) string {
	if d.Kind != DepRead && d.Kind != DepWrite {
		return depPrefix[d.Kind] + s.distance(d.Target)
	}
	text := depPrefix[d.Kind] + strconv.Itoa(d.Set) + "-" + strconv.Itoa(d.First)
	if d.Last != d.First {
		text += "-" + strconv.Itoa(d.Last)
	}
	return text
}

// String returns the declaration as a file writes it, with sizes in bytes.
func (s Set) String() string {
	letter := "w"
	if s.Shared {
		letter = "W"
	}
	sizes := make([]string, len(s.Sizes))
	for i, z := range s.Sizes {
		sizes[i] = z.String()
	}
	return letter + "." + strconv.Itoa(s.ID) + "." + strings.Join(sizes, "/")
}

// String returns the objects as a file writes them, sizes in bytes.
func (z Size) String() string {
	text := ""
	if z.Count != 1 {
		text = strconv.Itoa(z.Count) + "n"
	}
	text += strconv.FormatInt(z.Min, 10)
	if z.Max != z.Min {
		text += "-" + strconv.FormatInt(z.Max, 10)
	}
	return text
}

package trace

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"credence/core/fence"
)

// event is a line that says something of a job.
type event struct {
	meaning
	at       fence.Time
	line     int
	cpu      int16
	pid      int32
	comm     string
	dev      string
	ring     string
	id       uint64
	fence    FenceID
	hasFence bool
	numIBs   uint32
	client   uint64
	deps     []FenceID
}

// read fills in what the message says.
func (e *event) read(list []field, keep names) error {
	var err error
	if e.dev, err = e.name(list, keep, keyDev); err != nil {
		return err
	}
	ring := keyRing
	if e.style == styleAMD {
		ring = keyTimeline
	} else if e.kind == Dep {
		ring = "job " + keyRing
	}
	if e.ring, err = e.name(list, keep, ring); err != nil {
		return err
	}
	if err := e.numbers(list); err != nil {
		return err
	}
	if err := e.readFence(list); err != nil {
		return err
	}
	if err := e.readDeps(list); err != nil {
		return err
	}
	return e.check()
}

// check says what the event cannot do without.
func (e *event) check() error {
	switch {
	case !e.hasFence && !(e.kind == Dep && e.style == styleOld):
		return fmt.Errorf("has no fence")
	case (e.kind == Queue || e.kind == Run) && e.ring == "":
		return fmt.Errorf("has no ring")
	}
	return nil
}

func (e *event) name(list []field, keep names, key string) (string, error) {
	v, ok := lookup(list, key)
	if !ok {
		return "", nil
	}
	s, ok := keep.of([]byte(v))
	if !ok {
		return "", fmt.Errorf("has %s=%s, longer than %d bytes or one name too many",
			key, clip(v), MaxName)
	}
	return s, nil
}

// numbers reads the fields that are numbers.
func (e *event) numbers(list []field) error {
	id := keyID
	if e.style == styleAMD {
		id = keySchedJob
	}
	ibs := uint64(0)
	for _, n := range [...]struct {
		key  string
		most uint64
		to   *uint64
	}{{id, math.MaxUint64, &e.id}, {keyNumIBs, math.MaxUint32, &ibs},
		{keyClientID, math.MaxUint64, &e.client}} {
		v, ok := lookup(list, n.key)
		if !ok {
			continue
		}
		x, err := strconv.ParseUint(v, 10, 64)
		if err != nil || x > n.most {
			return fmt.Errorf("has %s=%s, which is no number of 0 to %d", n.key, clip(v), n.most)
		}
		*n.to = x
	}
	e.numIBs = uint32(ibs)
	return nil
}

// readFence reads the fence that the event is about.
func (e *event) readFence(list []field) (err error) {
	if e.style == styleAMD || e.kind == Signal {
		e.fence, e.hasFence, err = pairOf(list, keyContext, keySeqno)
		return err
	}
	v, ok := lookup(list, keyFence)
	if !ok {
		return nil
	}
	e.hasFence = true
	e.fence, err = parseFence(v)
	return err
}

// pairOf reads a fence that two fields name.
func pairOf(list []field, context, seqno string) (f FenceID, ok bool, err error) {
	c, okC := lookup(list, context)
	s, okS := lookup(list, seqno)
	if !okC || !okS {
		return f, false, nil
	}
	f, err = parseFence(c + ":" + s)
	return f, true, err
}

// parseFence reads C:S, (context:C, seqno:S), or a pointer. What stands behind a
// space is prose: signaled, depends on.
func parseFence(s string) (FenceID, error) {
	word := s
	if strings.HasPrefix(s, "(") {
		word = strings.NewReplacer("(context:", "", ", seqno:", ":", ",seqno:", ":", ")", "").Replace(s)
	}
	word, _, _ = strings.Cut(word, " ")
	context, seqno, pair := strings.Cut(word, ":")
	if !pair {
		x, err := strconv.ParseUint(strings.TrimPrefix(word, "0x"), 16, 64)
		if err != nil {
			return FenceID{}, fmt.Errorf("has fence %s, neither context:seqno nor a pointer", clip(s))
		}
		return FenceID{pointerContext, x}, nil
	}
	c, err := strconv.ParseUint(context, 10, 64)
	n, err2 := strconv.ParseUint(seqno, 10, 64)
	if err != nil || err2 != nil || c == pointerContext {
		return FenceID{}, fmt.Errorf("has fence %s, which is not context:seqno", clip(s))
	}
	return FenceID{c, n}, nil
}

// readDeps reads the fences that the job waits for.
func (e *event) readDeps(list []field) error {
	if e.kind == Dep && e.style == styleOld {
		f, ok, err := pairOf(list, keyContext, keySeq)
		if err != nil || !ok {
			return fmt.Errorf("has no fence that is waited for by context and seq")
		}
		e.deps = []FenceID{f}
		return nil
	}
	if e.kind == Dep {
		// The second field of that name is what the first depends on.
		for i := len(list) - 1; i > 0; i-- {
			if list[i].key == keyFence {
				f, err := parseFence(list[i].value)
				e.deps = []FenceID{f}
				return err
			}
		}
		return fmt.Errorf("has no fence that is waited for")
	}
	all, _ := lookup(list, keyDeps)
	all = strings.Trim(all, "{} ")
	for all != "" && len(e.deps) < MaxDeps {
		var one string
		one, all = cut(all, ',')
		if one = strings.TrimSpace(one); one == "" {
			continue
		}
		f, err := parseFence(one)
		if err != nil {
			return err
		}
		e.deps = append(e.deps, f)
	}
	return nil
}

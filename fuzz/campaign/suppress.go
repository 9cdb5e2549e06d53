package campaign

import (
	"fmt"
	"os"
	"strings"
	"time"
)

// Suppression is a class that is known and not to be reported until a day.
type Suppression struct {
	Class  string
	Until  time.Time // the last day
	Reason string
	Line   int
}

// MaxSuppression is for how long a class can be suppressed: a longer time is
// never looked at again.
const MaxSuppression = 366 * 24 * time.Hour

// Suppressions reads a file of suppressions, one a line: a class, the last day as
// 2026-12-31, and why. Empty lines and those that begin with # say nothing. A
// class of which the day is over is returned among the expired ones. now is the
// present day. A file that is not there has none.
func Suppressions(file string, now time.Time) (active, expired []Suppression, err error) {
	text, err := os.ReadFile(file)
	if os.IsNotExist(err) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	n := 0
	for line := range strings.Lines(string(text)) {
		n++
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		s, err := parseSuppression(line, now)
		if err != nil {
			return nil, nil, fmt.Errorf("%s:%d: %w", file, n, err)
		}
		s.Line = n
		if s.Until.AddDate(0, 0, 1).After(now) {
			active = append(active, s)
		} else {
			expired = append(expired, s)
		}
	}
	return active, expired, nil
}

func parseSuppression(line string, now time.Time) (s Suppression, err error) {
	words := strings.Fields(line)
	const form = "write CLASS DAY REASON, such as I4/heal/00c0ffee 2026-12-31 being fixed"
	if len(words) < 3 {
		return s, fmt.Errorf("%q lacks a day or a reason; %s", line, form)
	}
	s.Class, s.Reason = words[0], strings.Join(words[2:], " ")
	if !strings.Contains(s.Class, "/") {
		return s, fmt.Errorf("%q is no class; %s", s.Class, form)
	}
	s.Until, err = time.ParseInLocation(time.DateOnly, words[1], now.Location())
	if err != nil {
		return s, fmt.Errorf("%q is no day; %s", words[1], form)
	}
	if s.Until.After(now.Add(MaxSuppression)) {
		return s, fmt.Errorf("%s is more than a year away; look at it again before", words[1])
	}
	return s, nil
}

package gate

import (
	"cmp"
	"os"
	"slices"
)

// MinHistory is how many files can show a drift at all.
const MinHistory = minDrift

// ReadHistory reads results files and returns them from the oldest to the newest by
// the date that each says it was begun at. Its errors are Problems.
func ReadHistory(paths []string) ([]*Set, error) {
	type dated struct {
		date string
		set  *Set
	}
	var list []dated
	for _, path := range paths {
		set, err := Read(path)
		if err != nil {
			return nil, err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, unreadable(path, err)
		}
		date := DateOf(string(text))
		if date == "" {
			return nil, &Problem{File: path, What: "it has no line # date:",
				Remedy: "give files that schedbench run or bench wrote"}
		}
		list = append(list, dated{date, set})
	}
	slices.SortStableFunc(list, func(a, b dated) int { return cmp.Compare(a.date, b.date) })
	out := make([]*Set, len(list))
	for i, d := range list {
		out[i] = d.set
	}
	return out, nil
}

// Trail returns the medians of a row over a history, oldest first. Host figures
// are those of the newest file's machine.
func Trail(history []*Set, of *Series) []Point {
	if len(history) == 0 {
		return nil
	}
	return trail(history, of, history[len(history)-1].Machines)
}

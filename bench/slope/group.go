package slope

import (
	"cmp"
	"slices"
	"strings"
)

// ByPackage groups by import path, as in "credence/core/spsc", with package
// runtime and the standard library's internal packages, which serve it (random
// numbers, maps, locks), in the group Runtime. Code that
// was inlined belongs to the function that it was inlined into.
func ByPackage(f Function) string {
	name := f.Name
	if i := strings.IndexByte(name, '['); i >= 0 {
		name = name[:i] // type arguments hold paths of their own
	}
	if !strings.Contains(name, ".") {
		return Runtime // assembly helpers: gogo, memeqbody, gcWriteBarrier
	}
	slash := strings.LastIndexByte(name, '/') + 1
	dot := strings.IndexByte(name[slash:], '.')
	if dot < 0 {
		return Runtime
	}
	path := name[:slash+dot]
	if path == "runtime" || strings.HasPrefix(path, "runtime/") ||
		strings.HasPrefix(path, "internal/") {
		return Runtime
	}
	return path
}

// difference returns b - a by group. A group of less than half an instruction an
// operation is what two runs differ by at random (the digits of a time that is
// printed, a timer that fired): it goes to Runtime.
func difference(a, b map[Function]int64, group func(Function) string, n int) []Group {
	sums := map[string]int64{}
	for f, ir := range a {
		sums[group(f)] -= ir
	}
	for f, ir := range b {
		sums[group(f)] += ir
	}
	delete(sums, "")
	var out []Group
	var rest int64
	for name, ir := range sums {
		if name == Runtime || max(ir, -ir) < int64(n+1)/2 {
			rest += ir
		} else {
			out = append(out, Group{name, ir})
		}
	}
	if rest != 0 {
		out = append(out, Group{Runtime, rest})
	}
	slices.SortFunc(out, func(x, y Group) int { return cmp.Compare(x.Name, y.Name) })
	return out
}

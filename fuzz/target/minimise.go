package target

import "credence/fuzz/prog"

// Minimise returns a finding of the same class with as small a program as prog
// makes of it in at most limit runs, explained. If the finding does not come again
// it is returned as it is.
func Minimise(f *Finding, limit int) *Finding {
	if f.Program == nil {
		return f
	}
	best := f
	prog.Minimise(f.Program, limit, func(p *prog.Program) bool {
		r := run(p, asWritten, nil)
		if r.Finding == nil || r.Finding.Class != f.Class {
			return false
		}
		best = r.Finding
		return true
	})
	best.Explain()
	return best
}

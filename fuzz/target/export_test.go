package target

import "credence/fuzz/prog"

// FindingIn returns what Run would make of f's panic in operation at of p.
func FindingIn(p *prog.Program, at int, f func()) (failure *Finding) {
	defer func() {
		if v := recover(); v != nil {
			failure = newFinding(v, p, at)
		}
	}()
	f()
	return nil
}

package target

import "credence/fuzz/prog"

// FailureIn returns what Run would make of f's panic in operation at of p.
func FailureIn(p *prog.Program, at int, f func()) (failure *Failure) {
	defer func() {
		if v := recover(); v != nil {
			failure = newFailure(v, p, at)
		}
	}()
	f()
	return nil
}

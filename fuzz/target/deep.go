package target

import (
	"fmt"
	"runtime"
	"strings"

	"credence/fuzz/prog"
)

// DeepEvery is of how many programs Run picks one for Deep.
const DeepEvery = 64

// Deep runs p again, on one processor and on two, and in every equivalent
// configuration, and returns a finding if a history differs from the given one,
// which is that of a run that found nothing.
func Deep(p *prog.Program, history uint64) *Finding {
	for procs := 1; procs <= 2; procs++ {
		before := runtime.GOMAXPROCS(procs)
		r := run(p, asWritten, nil)
		runtime.GOMAXPROCS(before)
		if f := differs(p, &r, history, fmt.Sprintf("on %d processors", procs)); f != nil {
			return f
		}
	}
	for v := asWritten + 1; v < numVariants; v++ {
		if !v.applies(p) {
			continue
		}
		r := run(p, v, nil)
		if f := differs(p, &r, history, v.String()); f != nil {
			return f
		}
	}
	return nil
}

// differs returns what r found, or that its history is another one.
func differs(p *prog.Program, r *Result, history uint64, how string) *Finding {
	if r.Finding != nil {
		r.Finding.Message += "\n" + how
		return r.Finding
	}
	if r.History == history {
		return nil
	}
	return &Finding{
		Invariant: "history", Operation: "heal", At: len(p.Ops), Class: "history/" + strings.ReplaceAll(how, " ", "-"), Program: p,
		Message: fmt.Sprintf("the history %s is %016x, before %016x", how, r.History, history),
	}
}

// Package workload turns gem_wsim workload files into clients that submit
// batches to a Host in virtual time.
//
// A file is parsed into a Workload, compiled for the engines of a device into a
// Program, and executed by the clients of a Group, each a deterministic state
// machine that the host resumes:
//
//	w, err := workload.Parse("game.wsim", file)
//	p, err := w.Compile(device)
//	g, err := workload.NewGroup(p, host, workload.Options{Clients: 2})
//	for _, c := range g.Clients() {
//		c.Resume()
//	}
//
// The whole grammar is parsed and executed. Compile refuses, with file and line,
// what the device lacks (engines, slices to mask) and what would never come to
// an end; no step is skipped. The package reads no clock, starts no goroutine,
// knows nothing of memory (the sizes of working sets are checked, then ignored)
// and executes no batch: that is the host's part.
//
// The grammar and its meaning follow gem_wsim of igt-gpu-tools, its README and
// source, in i915's reading of them. One thing is this package's own: ~N in place
// of a batch's duration or of the microseconds of a d step draws from the
// exponential law with mean N, every time.
package workload

// Workload is a parsed file. It is not tied to a device and does not change.
type Workload struct {
	// Name is the file's name, as it stands in messages.
	Name string
	// Steps are the file's steps in order. Relative indices count all of them.
	Steps []Step
}

// String returns the file in canonical form, one step a line and without
// comments. Parsing it gives the same steps.
func (w *Workload) String() string {
	var b []byte
	for i := range w.Steps {
		b = append(b, w.Steps[i].String()...)
		b = append(b, '\n')
	}
	return string(b)
}

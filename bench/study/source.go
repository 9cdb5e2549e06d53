package study

import (
	"errors"

	"credence/bench/sim"
	"credence/hwmock/workload"
)

// source is what is run: a file, a generator, or the arrivals of a capture.
type source struct {
	path, label string
	capture     *capture // nil for the others
}

// open looks at all paths, and reads those that are captures.
func open(paths []string) ([]*source, error) {
	var list []*source
	var wrong []error
	labels := sim.Labels(paths)
	for i, path := range paths {
		s := &source{path: path, label: labels[i]}
		var err error
		if s.capture, err = openCapture(path); err != nil {
			wrong = append(wrong, placed(path, err))
		}
		list = append(list, s)
	}
	return list, errors.Join(wrong...)
}

// system compiles the source for a device, so many times beside itself as o has
// clients.
func (s *source) system(c workload.Capabilities, o workload.Options) (*sim.System, error) {
	if s.capture != nil {
		return s.capture.system(s, c, o)
	}
	return sim.Open(s.path, c, o)
}

package target

import (
	"io"

	"credence/fuzz/prog"
	"credence/hwmock/device"
	"credence/hwmock/trace"
)

// recording is what the machine writes its trace to if a timeline is wanted.
type recording struct {
	io.Writer
	*trace.Recorder
}

// Record returns what happens when p is run, to be written as a timeline for
// Perfetto or as text of ftrace.
func Record(p *prog.Program) *trace.Recorder {
	c := trace.RecorderConfig{Device: p.Device.Profile.String()}
	for _, e := range parameters(p.Device).Engines {
		c.Engines = append(c.Engines, e.Name)
	}
	r := trace.NewRecorder(c)
	run(p, asWritten, &recording{io.Discard, r})
	r.Finish(r.End())
	return r
}

// recorder returns the recording of the machine's events, or nil.
func (m *machine) recorder() *trace.Recorder {
	if r, ok := m.trace.(*recording); ok {
		return r.Recorder
	}
	return nil
}

// deviceObserver returns who sees the device's events, or nil.
func (m *machine) deviceObserver() device.Observer {
	if r := m.recorder(); r != nil {
		return r
	}
	return nil
}

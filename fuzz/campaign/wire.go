package campaign

import (
	"encoding/json"
	"fmt"
	"io"
	"time"

	"credence/fuzz/target"
)

// Message is a line that a campaign in a process of its own tells whoever started
// it: one of the two.
type Message struct {
	Find   *wireFind `json:",omitempty"`
	Report *Report   `json:",omitempty"`
	// End: this is the last report.
	End bool `json:",omitempty"`
}

// wireFind is a Find without what follows from its data.
type wireFind struct {
	Target, Invariant, Operation, Class, Message, History string

	At     int
	Data   []byte
	Stable bool
	After  time.Duration
}

// reportEvery is how often a campaign tells how far it is.
const reportEvery = 250 * time.Millisecond

// Tell has the configured campaign tell w what it finds and how far it is. The
// returned function tells the end.
func (c *Config) Tell(w io.Writer) (end func(*Report) error) {
	e := json.NewEncoder(w)
	// If nobody listens any more there is nobody to tell that.
	tell := func(f *Find) { _ = e.Encode(Message{Find: f.wire()}) }
	c.Found = tell
	c.Hung = tell
	last := -reportEvery
	c.Status = func(r *Report) {
		if r.Elapsed-last >= reportEvery {
			last = r.Elapsed
			_ = e.Encode(Message{Report: r})
		}
	}
	return func(r *Report) error { return e.Encode(Message{Report: r, End: true}) }
}

func (f *Find) wire() *wireFind {
	return &wireFind{
		Target: f.Target, Invariant: f.Invariant, Operation: f.Operation, Class: f.Class,
		Message: f.Finding.Message, History: f.History, At: f.At, Data: f.Data, Stable: f.Stable,
		After: f.After,
	}
}

// Find returns the find that is told.
func (w *wireFind) Find(engine string) (*Find, error) {
	t := target.Lookup(w.Target)
	if t == nil {
		return nil, fmt.Errorf("a find on %q, which is no target", w.Target)
	}
	f := &target.Finding{
		Invariant: w.Invariant, Operation: w.Operation, Class: w.Class, Message: w.Message,
		History: w.History, At: w.At,
	}
	if t.Decode != nil {
		f.Program = t.Decode(w.Data)
	}
	return &Find{
		Finding: f, Target: w.Target, Data: w.Data, Engine: engine, Stable: w.Stable, After: w.After,
	}, nil
}

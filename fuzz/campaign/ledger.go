package campaign

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"time"
)

// Entry is a campaign's line in the ledger.
type Entry struct {
	Start      time.Time `json:"start"`
	Commit     string    `json:"commit"`
	Engine     string    `json:"engine"`
	Seed       uint64    `json:"seed"`
	Seconds    float64   `json:"seconds"`
	Programs   int       `json:"programs"`
	Operations int       `json:"operations"` // executed
	Jobs       int       `json:"jobs"`
	Finds      []string  `json:"finds"` // classes
	// CanarySeconds is null if the canary was not found.
	CanarySeconds *float64 `json:"canary_seconds"`
	// Edges of core and device are null if nobody counted them. LastEdge is in which
	// second the last one was first taken.
	Edges    *int     `json:"edges"`
	LastEdge *float64 `json:"last_edge_seconds"`
}

// Entry returns the ledger's line of a campaign of one engine.
func (r *Report) Entry(start time.Time, commit, engine string, seed uint64) *Entry {
	e := &Entry{
		Start: start.UTC().Truncate(time.Second), Commit: commit, Engine: engine, Seed: seed,
		Seconds: seconds(r.Elapsed), Programs: r.Programs, Operations: r.Operations,
		Jobs: r.Completed, Finds: []string{},
	}
	for _, f := range r.Finds {
		e.Finds = append(e.Finds, f.Class)
	}
	if r.Canary > 0 {
		s := seconds(r.Canary)
		e.CanarySeconds = &s
	}
	if r.Edges > 0 {
		s := seconds(r.LastEdge)
		e.Edges, e.LastEdge = &r.Edges, &s
	}
	return e
}

// seconds returns d to the millisecond.
func seconds(d time.Duration) float64 { return math.Round(d.Seconds()*1000) / 1000 }

// Append adds the line to a file, which it makes if it is not there.
func (e *Entry) Append(file string) error {
	line, err := json.Marshal(e)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
		return err
	}
	f, err := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o666)
	if err != nil {
		return err
	}
	if _, err := f.Write(append(line, '\n')); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}

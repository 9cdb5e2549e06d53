package stress

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"sync"
	"syscall"
	"time"

	"go.uber.org/goleak"
)

// Order is what a process is to play: the parts in turns, with one seed after the
// other from Seed on, each again times.
type Order struct {
	Parts []Part
	Seed  uint64
	// Bouts is how many of each part, 0 for no limit, and For how long, 0 for
	// ever. The bout that is being played is played to its end.
	Bouts int
	For   time.Duration
	Again int // 1 or more
	Noise int // see SetNoise
}

// Line is what Serve says, one a line as JSON: before each bout, and at the end.
type Line struct {
	Part string `json:"part"` // empty in the last line
	Seed uint64 `json:"seed"`
	// Bouts and Operations are how much was played before.
	Bouts      int   `json:"bouts"`
	Operations int64 `json:"operations"`
	// Invariant is that which is broken: the bout is over and the process ends.
	Invariant string `json:"invariant,omitempty"`
	Message   string `json:"message,omitempty"`
}

// Exit codes of a process that serves, besides the race detector's own.
const (
	ServedOK   = 0
	ServedFind = 1
)

// Serve plays bouts until one finds something or the order is done, and returns the
// exit code. It is all that its process does: it counts goroutines and fences,
// and a bout that hangs ends the process.
func Serve(out io.Writer, o Order) int {
	SetNoise(o.Noise)
	s := &server{enc: json.NewEncoder(out)}
	go s.watch()
	// The collector is kept from running in each bout of a few.
	debug.SetGCPercent(400)
	start := time.Now()
	for k := 0; o.Bouts == 0 || k < o.Bouts; k++ {
		for _, p := range o.Parts {
			for range o.Again {
				if o.For > 0 && time.Since(start) >= o.For {
					return s.say(Line{})
				}
				if s.play(p, o.Seed+uint64(k)) {
					return ServedFind
				}
			}
		}
	}
	return s.say(Line{})
}

// server is what is being served.
type server struct {
	lock sync.Mutex // of the encoder and all below
	enc  *json.Encoder
	now  Line
	dead bool // the watch has spoken

	turn uint64 // of the bout
}

// say writes a line with the counts so far. What cannot be said ends the
// process: nobody listens.
func (s *server) say(l Line) int {
	s.lock.Lock()
	defer s.lock.Unlock()
	if s.dead {
		select {} // the process is about to end
	}
	l.Bouts, l.Operations = s.now.Bouts, s.now.Operations
	s.now = l
	s.turn++
	if s.enc.Encode(l) != nil {
		os.Exit(3)
	}
	return ServedOK
}

// play plays a bout and reports whether it found something.
func (s *server) play(p Part, seed uint64) bool {
	s.say(Line{Part: p.Name, Seed: seed})
	b := &Bout{Seed: seed}
	before := goleak.IgnoreCurrent()
	p.Run(b)
	if !b.Failed() {
		b.leftGoroutines(before)
	}
	s.lock.Lock()
	s.now.Bouts++
	s.now.Operations += b.did.Load()
	s.lock.Unlock()
	f := b.find.Load()
	if f == nil {
		return false
	}
	s.say(Line{Part: p.Name, Seed: seed, Invariant: f.invariant, Message: f.message})
	return true
}

// What a bout may take. One takes milliseconds. It is looks that count, and what
// the process does between them, so a machine that is stopped for a while, or
// has other things to do, accuses nobody.
const (
	lookEvery = 100 * time.Millisecond
	// asleepLooks in a row, in each of which the process used less than
	// asleepTime, mean that nobody can go on. Who only waits for the processor
	// gets more of it than that in one turn.
	asleepLooks = 30
	asleepTime  = 2 * time.Millisecond
	// mostTime of the processor, or mostLooks, is a bout that goes round in
	// circles.
	mostTime  = 10 * time.Second
	mostLooks = 1200
)

// watch ends the process when a bout does not end.
func (s *server) watch() {
	var turn uint64
	var looks, asleep int
	var began, last time.Duration
	for range time.Tick(lookEvery) {
		used := processorTime()
		s.lock.Lock()
		now, t := s.now, s.turn
		s.lock.Unlock()
		if t != turn {
			turn, looks, asleep, began = t, 0, 0, used
		}
		if looks++; used-last < asleepTime {
			asleep++
		} else {
			asleep = 0
		}
		last = used
		switch {
		case asleep >= asleepLooks:
			s.hang(now, "everybody sleeps, and waits for what never comes")
		case used-began > mostTime || looks > mostLooks:
			s.hang(now, fmt.Sprintf("no end in sight after %v of processor time", used-began))
		}
	}
}

// hang says that a bout does not end, where everybody is, and ends the process.
func (s *server) hang(l Line, message string) {
	s.lock.Lock()
	s.dead = true
	l.Invariant, l.Message = "L2", message
	buf := make([]byte, 1<<20)
	os.Stderr.Write(buf[:runtime.Stack(buf, true)])
	_ = s.enc.Encode(l)
	os.Exit(ServedFind)
}

// processorTime returns what the process has used.
func processorTime() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// Choose returns the parts of the given names, in the order of all, or all for
// none. It fails for a name that there is not.
func Choose(all []Part, names []string) (list []Part, err error) {
	for _, n := range names {
		if !slices.ContainsFunc(all, func(p Part) bool { return p.Name == n }) {
			return nil, fmt.Errorf("there is no part %q", n)
		}
	}
	for _, p := range all {
		if len(names) == 0 || slices.Contains(names, p.Name) {
			list = append(list, p)
		}
	}
	return list, nil
}

package target

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// What the processes of an engine hear from a campaign, and tell it, beside what
// the engine itself passes on. TallyEnv names a folder in which each process
// counts what it runs, in a file of its own; KnownEnv a file with a class a line,
// which are not reported again; BoxEnv the file of a Box, for an engine that would
// not know what ended its process.
const (
	TallyEnv = "CREDENCE_TALLY"
	KnownEnv = "CREDENCE_KNOWN"
	BoxEnv   = "CREDENCE_BOX"
)

// tallyEvery is after how many inputs the counts are written: what a process has
// run since is lost when it ends.
const tallyEvery = 64

// Tally is what was run.
type Tally struct {
	Inputs     uint64
	Operations uint64 // executed; those that did not apply do not count
}

const tallySize = 16

// ReadTally returns the sum of what the processes have written in a folder.
func ReadTally(dir string) (sum Tally, err error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.tally"))
	if err != nil {
		return sum, err
	}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			return sum, err
		}
		if len(b) == tallySize {
			sum.Inputs += binary.LittleEndian.Uint64(b)
			sum.Operations += binary.LittleEndian.Uint64(b[8:])
		}
	}
	return sum, nil
}

// teller counts for a campaign. Engines call their targets from one goroutine.
type teller struct {
	out   *os.File // nil: nobody wants to know
	base  Tally    // of a process that had the same number
	count Tally
	known map[string]bool
	box   *Box // nil: nobody wants to know
}

// tell is nil until the first input.
var tell *teller

func newTeller() *teller {
	t := &teller{known: map[string]bool{}}
	if dir := os.Getenv(TallyEnv); dir != "" {
		file := filepath.Join(dir, fmt.Sprintf("%d.tally", os.Getpid()))
		out, err := os.OpenFile(file, os.O_RDWR|os.O_CREATE, 0o666)
		if err != nil {
			panic(fmt.Sprintf("target: %s: %v", TallyEnv, err))
		}
		t.out = out
		var b [tallySize]byte
		if n, _ := out.ReadAt(b[:], 0); n == tallySize {
			t.base.Inputs = binary.LittleEndian.Uint64(b[:])
			t.base.Operations = binary.LittleEndian.Uint64(b[8:])
		}
	}
	if file := os.Getenv(BoxEnv); file != "" {
		box, err := NewBox(file)
		if err != nil {
			panic(fmt.Sprintf("target: %s: %v", BoxEnv, err))
		}
		t.box = box
	}
	if file := os.Getenv(KnownEnv); file != "" {
		list, err := ReadKnown(file)
		if err != nil {
			panic(fmt.Sprintf("target: %s: %v", KnownEnv, err))
		}
		t.known = list
	}
	return t
}

// ReadKnown reads a file with a class a line.
func ReadKnown(file string) (map[string]bool, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	known := map[string]bool{}
	s := bufio.NewScanner(f)
	for s.Scan() {
		if class := strings.TrimSpace(s.Text()); class != "" {
			known[class] = true
		}
	}
	return known, s.Err()
}

// ran counts an input.
func (t *teller) ran(operations int) {
	t.count.Inputs++
	t.count.Operations += uint64(operations)
	if t.out == nil || t.count.Inputs%tallyEvery != 1 {
		return
	}
	var b [tallySize]byte
	binary.LittleEndian.PutUint64(b[:], t.base.Inputs+t.count.Inputs)
	binary.LittleEndian.PutUint64(b[8:], t.base.Operations+t.count.Operations)
	// A full disk costs the count, and not the fuzzing.
	_, _ = t.out.WriteAt(b[:], 0)
}

// Enter is what the engines' entry points do with an input: they run it, count
// it, and pass on what is found unless its class is known.
func Enter(name string, data []byte) (interesting bool, f *Finding) {
	if tell == nil {
		tell = newTeller()
	}
	if tell.box != nil {
		tell.box.Put(name, data)
	}
	e := Lookup(name)
	operations := 0
	if e.Decode != nil {
		r := Judge(e.Decode(data))
		interesting, f, operations = r.Completed > 0, r.Finding, r.Executed
	} else {
		interesting, f = e.Run(data)
	}
	tell.ran(operations)
	if f != nil && tell.known[f.Class] {
		f, interesting = nil, false
	}
	if f == nil && tell.box != nil {
		tell.box.Clear()
	}
	return interesting, f
}

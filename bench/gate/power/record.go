package power

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"credence/bench/gate"
)

// Trial is one comparison with its outcome.
type Trial struct {
	Kind     string  `json:"kind"`
	Index    int     `json:"index"`
	Seed     uint64  `json:"seed"`
	Commit   string  `json:"commit"`
	What     string  `json:"what"`   // what was changed
	Exit     int     `json:"exit"`   // the gate's exit code
	Hit      bool    `json:"hit"`    // the row that was changed is REGRESSED
	Change   float64 `json:"change"` // of that row, as judged
	Lo       float64 `json:"lo"`
	Hi       float64 `json:"hi"`
	P        float64 `json:"p"` // adjusted; -1 without noise
	Floor    float64 `json:"floor"`
	Rounds   int     `json:"rounds"`
	Measured float64 `json:"measured"` // seconds of the rounds
	Seconds  float64 `json:"seconds"`  // with builds, if it had any
	Verdict  string  `json:"verdict"`
	// RawAt and RawEnd are where the raw samples lie in the kind's file: one member
	// of a gzip file, so that the file as a whole can be unpacked too.
	RawAt  int64 `json:"rawAt"`
	RawEnd int64 `json:"rawEnd"`

	raw [2]string // samples of the base and of the head, as results files
}

// Names below Config.Dir.
const (
	trialsFile      = "trials.jsonl"
	calibrationFile = "calibration.json"
	rawDir          = "raw"
	tableFile       = "table.md"
)

func (t *Trial) id() string { return fmt.Sprintf("%s-%03d", fileName(t.Kind), t.Index) }

// rawPath returns the file of a kind's raw samples.
func rawPath(dir, kind string) string {
	return filepath.Join(dir, rawDir, fileName(kind)+".txt.gz")
}

func fileName(kind string) string { return strings.ReplaceAll(kind, "/", "-") }

// headMark stands between the two sides of a trial's raw samples.
const headMark = "# head\n"

// append records a trial: raw samples first, so that a trial that is listed has
// them.
func (c *Config) append(t *Trial) error {
	if err := c.appendRaw(t); err != nil {
		return err
	}
	line, err := json.Marshal(t)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(filepath.Join(c.Dir, trialsFile), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o666)
	if err != nil {
		return err
	}
	_, err = f.Write(append(line, '\n'))
	return errors.Join(err, f.Close())
}

// appendRaw adds a member to the kind's file.
func (c *Config) appendRaw(t *Trial) error {
	f, err := os.OpenFile(rawPath(c.Dir, t.Kind), os.O_CREATE|os.O_WRONLY, 0o666)
	if err != nil {
		return err
	}
	defer f.Close()
	if t.RawAt, err = f.Seek(0, io.SeekEnd); err != nil {
		return err
	}
	w, _ := gzip.NewWriterLevel(f, gzip.BestCompression)
	_, err = fmt.Fprintf(w, "# trial: %s\n%s%s%s", t.id(), t.raw[0], headMark, t.raw[1])
	if err = errors.Join(err, w.Close()); err != nil {
		return err
	}
	t.RawEnd, err = f.Seek(0, io.SeekCurrent)
	return errors.Join(err, f.Close())
}

// sets reads the two sides of a trial's raw samples.
func (t *Trial) sets(dir string) (base, head *gate.Set, err error) {
	path := rawPath(dir, t.Kind)
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	z, err := gzip.NewReader(bufio.NewReader(io.NewSectionReader(f, t.RawAt, t.RawEnd-t.RawAt)))
	if err != nil {
		return nil, nil, fmt.Errorf("%s at %d: %w", path, t.RawAt, err)
	}
	text, err := io.ReadAll(z)
	if err != nil {
		return nil, nil, fmt.Errorf("%s at %d: %w", path, t.RawAt, err)
	}
	first, second, ok := strings.Cut(string(text), headMark)
	if !ok {
		return nil, nil, fmt.Errorf("%s at %d: no line %q", path, t.RawAt, headMark)
	}
	if base, err = gate.Parse(path, []byte(first)); err != nil {
		return nil, nil, err
	}
	head, err = gate.Parse(path, []byte(second))
	return base, head, err
}

// repair takes away what a crash cut off: a last line, so that what follows is not
// joined to it, and raw samples of a trial that was not listed.
func repair(dir string) error {
	path := filepath.Join(dir, trialsFile)
	text, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err == nil {
		if err := os.Truncate(path, int64(bytes.LastIndexByte(text, '\n')+1)); err != nil {
			return err
		}
	}
	trials, err := Trials(dir)
	if err != nil {
		return err
	}
	for _, k := range Kinds {
		var end int64
		for i := range trials {
			if trials[i].Kind == k.Name {
				end = max(end, trials[i].RawEnd)
			}
		}
		path := rawPath(dir, k.Name)
		if st, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			if end > 0 {
				return &gate.Problem{File: path, What: "it is missing and has trials",
					Remedy: "begin in another folder"}
			}
			continue
		} else if err != nil {
			return err
		} else if st.Size() < end {
			return &gate.Problem{File: path, What: fmt.Sprintf("it has %d bytes of %d", st.Size(), end),
				Remedy: "begin in another folder"}
		}
		if err := os.Truncate(path, end); err != nil {
			return err
		}
	}
	return nil
}

// Trials reads what was recorded in a folder; none is no error. A last line that
// was cut off by a crash is left out, and its trial done again.
func Trials(dir string) ([]Trial, error) {
	path := filepath.Join(dir, trialsFile)
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	defer f.Close()
	var out []Trial
	s := bufio.NewScanner(f)
	for n := 1; s.Scan(); n++ {
		var t Trial
		if err := json.Unmarshal(s.Bytes(), &t); err != nil {
			if !s.Scan() {
				return out, nil
			}
			return nil, &gate.Problem{File: path, Line: n, What: err.Error(), Remedy: "delete the line"}
		}
		out = append(out, t)
	}
	return out, s.Err()
}

package study

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"reflect"
)

// format is what the first line of a shard's file says that it is.
const format = "credence-study-1"

// header is the first line of a shard's file. Each further line is a Cell.
type header struct {
	Format  string
	Shard   Shard
	Cells   int // of the whole study
	Config  Config
	Skips   []Skip
	Devices []Device
}

// Part is a shard of a study as its file has it.
type Part struct {
	Name   string // of the file
	header header
	cells  []Cell
}

// WriteShard writes a part of the plan's study, one JSON value a line.
func (p *Plan) WriteShard(w io.Writer, s Shard, r *Report) error {
	e := json.NewEncoder(w)
	h := header{format, s, p.Len(), r.Config, r.Skips, r.Devices}
	if err := e.Encode(&h); err != nil {
		return err
	}
	for i := range r.Cells {
		if err := e.Encode(&r.Cells[i]); err != nil {
			return err
		}
	}
	return nil
}

// maxLine bounds a line of a shard's file.
const maxLine = 1 << 20

// ReadShard reads what WriteShard wrote. Errors begin with name:line and say
// what to do.
func ReadShard(name string, from io.Reader) (*Part, error) {
	p := &Part{Name: name}
	lines := bufio.NewScanner(from)
	lines.Buffer(nil, maxLine)
	n := 0
	for lines.Scan() {
		n++
		var err error
		if n == 1 {
			err = p.readHeader(lines.Bytes())
		} else {
			var c Cell
			if err = strict(lines.Bytes(), &c); err == nil {
				err = p.add(c)
			}
		}
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w; run schedbench study -shard again", name, n, err)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("%s:%d: %w; run schedbench study -shard again", name, n+1, err)
	}
	if want := p.header.Shard; n == 0 || len(p.cells) != want.size(p.header.Cells) {
		return nil, fmt.Errorf("%s:%d: the file is cut short; run schedbench study -shard again",
			name, n+1)
	}
	return p, nil
}

func (p *Part) readHeader(line []byte) error {
	h := &p.header
	if err := strict(line, h); err != nil || h.Format != format {
		return fmt.Errorf("no shard of a study, which begins with %s", format)
	}
	if s := h.Shard; s.Of < 1 || s.Of > MaxShards || s.Part < 1 || s.Part > s.Of || h.Cells < 1 {
		return fmt.Errorf("shard %s of %d comparisons cannot be", h.Shard, h.Cells)
	}
	return h.Config.Check()
}

// add takes a cell, which must be one that a study of the header's makes.
func (p *Part) add(c Cell) error {
	for _, d := range p.header.Devices {
		if d.Name != c.Device {
			continue
		}
		if len(c.Rows) != len(flowKinds) || len(d.Flows) != len(flowKinds) {
			break
		}
		for i := range c.Rows {
			if c.Rows[i].Flow != d.Flows[i] {
				return fmt.Errorf("flow %q where %q is to be", c.Rows[i].Flow, d.Flows[i])
			}
		}
		p.cells = append(p.cells, c)
		return nil
	}
	return fmt.Errorf("a comparison of %d flows on device %q, which is none of this study",
		len(c.Rows), c.Device)
}

// strict reads one JSON value with no field that v has not.
func strict(line []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(line))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return fmt.Errorf("more than one value")
	}
	return nil
}

// Merge puts a study together of all its parts, in any order. It refuses parts
// that are missing, given twice or of different studies.
func Merge(parts []*Part) (*Report, error) {
	if len(parts) == 0 {
		return nil, fmt.Errorf("no shard to merge; name all files of a study")
	}
	first := &parts[0].header
	by := make([]*Part, first.Shard.Of)
	for _, p := range parts {
		h := p.header
		h.Shard.Part = first.Shard.Part
		if !reflect.DeepEqual(&h, first) {
			return nil, fmt.Errorf("%s:1: not of the same study as %s; give shards of one command",
				p.Name, parts[0].Name)
		}
		at := &by[p.header.Shard.Part-1]
		if *at != nil {
			return nil, fmt.Errorf("%s:1: shard %s is in %s already; give each shard once", p.Name,
				p.header.Shard, (*at).Name)
		}
		*at = p
	}
	for i, p := range by {
		if p == nil {
			return nil, fmt.Errorf("shard %d/%d is missing; give all files of the study", i+1, len(by))
		}
	}
	r := &Report{Config: first.Config, Skips: first.Skips, Devices: first.Devices}
	for i := range first.Cells {
		r.Cells = append(r.Cells, by[i%len(by)].cells[i/len(by)])
	}
	return r, nil
}

package campaign

import (
	"bytes"
	"crypto/sha1"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"credence/fuzz/target"
)

// Format is how a corpus keeps an input in a file.
type Format uint8

// The formats.
const (
	// Raw is the bytes as they are: go-fuzz's and libFuzzer's, and our own.
	Raw Format = iota
	// Native is that of Go's own fuzzing.
	Native
	// Text is a program in text, of targets whose inputs are programs.
	Text
)

// Formats are the formats by the names of the engines that read them.
var Formats = map[string]Format{
	Own: Raw, "gofuzz": Raw, "libfuzzer": Raw, "native": Native, "text": Text,
}

// textHead is what a program in text begins with.
const textHead = "# credence-program "

// ReadInput returns the bytes that a corpus file holds, in whatever format.
func ReadInput(file string, t *target.Target) ([]byte, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	switch {
	case target.IsNative(text):
		data, err := target.FromNative(text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		return data, nil
	case t.Decode != nil && bytes.HasPrefix(text, []byte(textHead)):
		p, err := Load(file)
		if err != nil {
			return nil, err
		}
		return p.Encode(), nil
	}
	return text, nil
}

// ReadCorpus returns the inputs in a folder for a target, in whatever format, the
// same in each call: by the files' names, each input once. A folder that is not
// there is empty.
func ReadCorpus(dir string, t *target.Target) (list []Input, err error) {
	files, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	for _, f := range files {
		if !f.Type().IsRegular() {
			continue
		}
		data, err := ReadInput(filepath.Join(dir, f.Name()), t)
		if err != nil {
			return nil, err
		}
		if !seen[string(data)] {
			seen[string(data)] = true
			list = append(list, Input{t.Name, data})
		}
	}
	return list, nil
}

// fileName is what an input's file is called, as go-fuzz does.
func fileName(data []byte) string { return fmt.Sprintf("%x", sha1.Sum(data)) }

// WriteInput writes an input to a folder in a format, unless it is there.
func WriteInput(dir string, in Input, f Format) error {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	name, text := fileName(in.Data), in.Data
	switch f {
	case Native:
		text = target.Native(in.Data)
	case Text:
		t := target.Lookup(in.Target)
		if t == nil || t.Decode == nil {
			return fmt.Errorf("inputs of %s are no programs; there is no text of them", in.Target)
		}
		name, text = name+".txt", []byte(t.Decode(in.Data).String())
	}
	file := filepath.Join(dir, name)
	if _, err := os.Stat(file); err == nil {
		return nil
	}
	s := Store{}
	return s.write(file, text)
}

// Distil returns those of the inputs, the short ones first, that reach what those
// before them do not: edges, if the process counts them, pairs of operation and
// state, and sorts of runs. An input on which something is found is left out.
func Distil(list []Input, t *target.Target) (few []Input) {
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b Input) int {
		if n := len(a.Data) - len(b.Data); n != 0 {
			return n
		}
		return bytes.Compare(a.Data, b.Data)
	})
	x := newCampaign(Config{
		Targets: []Share{{t, 1}}, Kept: func(in Input) { few = append(few, in) },
	})
	l := x.lanes[0]
	for _, in := range list {
		x.one(l, l.decode(in.Data))
	}
	return few
}

package trace

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"
)

// A Format is a way to write a recording.
type Format struct {
	// Ending is that of the files, with its dot.
	Ending string
	// About says who reads it.
	About string
	// Write writes it.
	Write func(*Recorder, io.Writer) error
}

var formats = []Format{
	{".pftrace", "a Perfetto trace for ui.perfetto.dev", (*Recorder).WritePerfetto},
	{".ftrace", "text with the kernel's DRM scheduler events", (*Recorder).WriteFtrace},
}

// Formats returns all formats. The caller may change the slice.
func Formats() []Format { return append([]Format(nil), formats...) }

// FormatOf returns the format of a file by the ending of its name.
func FormatOf(path string) (Format, error) {
	var endings []string
	for _, f := range formats {
		if filepath.Ext(path) == f.Ending {
			return f, nil
		}
		endings = append(endings, f.Ending)
	}
	return Format{}, fmt.Errorf("%s: the ending of the name says what to write; there are %s", path,
		strings.Join(endings, ", "))
}

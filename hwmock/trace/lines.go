package trace

import (
	"bufio"
	"bytes"
	"io"
)

// lines reads a file line by line, in bounded memory.
type lines struct {
	r       *bufio.Reader
	number  int    // of the line, from 1
	text    []byte // of the line, without its end; valid until the next
	tooLong bool   // text is only the beginning
	head    []byte // room for that
}

// maxHead is how much is kept of a line that is too long.
const maxHead = 256

func newLines(r io.Reader) *lines { return &lines{r: bufio.NewReaderSize(r, MaxLine)} }

// next moves to the next line. It returns io.EOF behind the last one, or the
// error of reading; a last line without an end is one.
func (l *lines) next() error {
	text, err := l.r.ReadSlice('\n')
	l.number++
	l.tooLong = err == bufio.ErrBufferFull
	if l.tooLong {
		// What is skipped goes through the buffer that text lies in.
		l.head = append(l.head[:0], text[:maxHead]...)
		l.text = l.head
		for err == bufio.ErrBufferFull {
			_, err = l.r.ReadSlice('\n')
		}
		if err == io.EOF {
			err = nil
		}
		return err
	}
	if err == io.EOF && len(text) > 0 {
		err = nil
	}
	l.text = bytes.TrimRight(text, "\r\n")
	return err
}

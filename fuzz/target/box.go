package target

import (
	"encoding/binary"
	"fmt"
	"os"
	"syscall"
)

// Box is a flight recorder: a file that holds the input that is being run, and
// that survives whatever ends the process. Its owner puts inputs in, which costs a
// copy; who outlives the owner reads the file (ReadBox).
type Box struct{ memory []byte }

// The first four bytes are the length of the target's name, or 0 for no input,
// the next four that of the data, then both.
const (
	boxHead = 8
	boxSize = 1 << 20 // many times the longest input
)

// NewBox makes a box of a file.
func NewBox(file string) (*Box, error) {
	f, err := os.OpenFile(file, os.O_RDWR|os.O_CREATE, 0o666)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if err := f.Truncate(boxSize); err != nil {
		return nil, err
	}
	m, err := syscall.Mmap(int(f.Fd()), 0, boxSize, syscall.PROT_READ|syscall.PROT_WRITE,
		syscall.MAP_SHARED)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	b := &Box{m}
	b.Clear()
	return b, nil
}

// Put puts an input of a target in. One that is too long is left out.
func (b *Box) Put(name string, data []byte) {
	b.Clear()
	if boxHead+len(name)+len(data) > len(b.memory) {
		return
	}
	n := copy(b.memory[boxHead:], name)
	copy(b.memory[boxHead+n:], data)
	binary.LittleEndian.PutUint32(b.memory[4:], uint32(len(data)))
	binary.LittleEndian.PutUint32(b.memory, uint32(len(name)))
}

// Clear takes the input out.
func (b *Box) Clear() { binary.LittleEndian.PutUint32(b.memory, 0) }

// ReadBox returns the target and the input that lie in a box's file, and whether
// there is one.
func ReadBox(file string) (name string, data []byte, ok bool) {
	b, err := os.ReadFile(file)
	if err != nil || len(b) < boxHead {
		return "", nil, false
	}
	n := int(binary.LittleEndian.Uint32(b))
	size := int(binary.LittleEndian.Uint32(b[4:]))
	b = b[boxHead:]
	if n == 0 || n+size > len(b) {
		return "", nil, false
	}
	return string(b[:n]), b[n : n+size], true
}

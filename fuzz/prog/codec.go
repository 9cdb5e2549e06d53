package prog

// MaxBytes is the length of the longest encoded program; further bytes say
// nothing.
const MaxBytes = headerSize + MaxOps*recordSize

// Decode returns the program that data stands for: a header, which missing
// bytes extend with zeros, and as many whole records as there are, MaxOps at
// most. It never fails. The program is canonical and shares no memory with
// data.
func Decode(data []byte) *Program {
	var header [headerSize]byte
	data = data[copy(header[:], data):]
	n := min(len(data)/recordSize, MaxOps)
	p := &Program{Ops: make([]Op, n)}
	decodeHeader(p, header[:])
	for i := range p.Ops {
		decodeOp(&p.Ops[i], data[i*recordSize:(i+1)*recordSize])
	}
	return p
}

// Encode returns bytes of which Decode makes p. Requires: p is canonical.
func (p *Program) Encode() []byte {
	b := make([]byte, headerSize+len(p.Ops)*recordSize)
	encodeHeader(p, b)
	for i := range p.Ops {
		encodeOp(&p.Ops[i], b[headerSize+i*recordSize:])
	}
	return b
}

package target

import (
	"bytes"
	"fmt"
	"strconv"
)

// nativeLine is the first line of a corpus file of Go's own fuzzing.
const nativeLine = "go test fuzz v1\n"

// Native returns an input as a corpus file of Go's own fuzzing. The other
// engines keep the bytes as they are.
func Native(data []byte) []byte {
	return fmt.Appendf(nil, "%s[]byte(%q)\n", nativeLine, data)
}

// FromNative returns the input that a corpus file of Go's own fuzzing holds.
func FromNative(file []byte) ([]byte, error) {
	rest, ok := bytes.CutPrefix(file, []byte(nativeLine))
	if !ok {
		return nil, fmt.Errorf("not a corpus file: the first line is not %q", nativeLine)
	}
	rest = bytes.TrimSpace(rest)
	quoted, open := bytes.CutPrefix(rest, []byte("[]byte("))
	quoted, closed := bytes.CutSuffix(quoted, []byte(")"))
	text, err := strconv.Unquote(string(quoted))
	if !open || !closed || err != nil {
		return nil, fmt.Errorf("not a corpus file of one []byte: %.40q", rest)
	}
	return []byte(text), nil
}

// IsNative reports whether text is a corpus file of Go's own fuzzing.
func IsNative(text []byte) bool { return bytes.HasPrefix(text, []byte(nativeLine)) }

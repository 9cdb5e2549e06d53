package target

import (
	"bytes"
	"fmt"

	"credence/hwmock/workload"
)

// Wsim parses data as a workload file, and if it is one, prints it and
// parses that, which must give the same again. It reports whether it was one.
func Wsim(data []byte) (ok bool, f *Failure) {
	w, err := workload.Parse("fuzz.wsim", bytes.NewReader(data))
	if err != nil {
		return false, nil
	}
	text := w.String()
	again, err := workload.Parse("again.wsim", bytes.NewReader([]byte(text)))
	switch {
	case err != nil:
		return true, &Failure{Class: "print/wsim", Detail: fmt.Sprintf("%v, for\n%s", err, text)}
	case again.String() != text:
		return true, &Failure{Class: "print/wsim", Detail: fmt.Sprintf(
			"printed as\n%s\nand that again as\n%s", text, again)}
	}
	return true, nil
}

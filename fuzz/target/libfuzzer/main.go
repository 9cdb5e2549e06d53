//go:build libfuzzer

// Command libfuzzer is a target for libFuzzer, as a C archive:
//
//	go build -tags libfuzzer -trimpath -gcflags=all=-d=libfuzzer -buildmode=c-archive \
//		-o target.a ./fuzz/target/libfuzzer
//	clang -fsanitize=fuzzer -o target target.a
//	CREDENCE_TARGET=Core ./target corpus
//
// It refuses to choose: without CREDENCE_TARGET it runs System.
package main

// #include <stddef.h>
// #include <stdint.h>
import "C"

import (
	"fmt"
	"os"
	"unsafe"

	"credence/fuzz/target"
)

// run is the target that the environment names.
var run = func() func([]byte) (bool, *target.Finding) {
	name := os.Getenv("CREDENCE_TARGET")
	if name == "" {
		return target.System
	}
	for _, e := range target.Entries {
		if e.Name == name {
			return e.Run
		}
	}
	fmt.Fprintf(os.Stderr, "libfuzzer: CREDENCE_TARGET is %q; name one of fuzz/target's entries\n", name)
	os.Exit(2)
	return nil
}()

// LLVMFuzzerTestOneInput runs one input.
//
//export LLVMFuzzerTestOneInput
func LLVMFuzzerTestOneInput(data *C.uint8_t, size C.size_t) C.int {
	if _, f := run(unsafe.Slice((*byte)(data), size)); f != nil {
		target.Die(f)
	}
	return 0
}

func main() {}

//go:build libfuzzer

// Command libfuzzer is a target for libFuzzer, as a C archive:
//
//	go build -tags libfuzzer -trimpath -gcflags=all=-d=libfuzzer -buildmode=c-archive \
//		-o target.a ./fuzz/target/libfuzzer
//	clang -fsanitize=fuzzer -o target target.a
//	CREDENCE_TARGET=Core ./target corpus
//
// It refuses to choose: without CREDENCE_TARGET it runs System, or what it was linked
// for.
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

// fallback is the target of a program for one: -ldflags=-X=main.fallback=Core.
var fallback = "System"

// name is the target that the environment names, or fallback.
var name = func() string {
	name := os.Getenv("CREDENCE_TARGET")
	if name == "" {
		name = fallback
	}
	if target.Lookup(name) == nil {
		fmt.Fprintf(os.Stderr, "libfuzzer: CREDENCE_TARGET is %q; there are %v\n", name, target.Names())
		os.Exit(2)
	}
	return name
}()

// LLVMFuzzerTestOneInput runs one input.
//
//export LLVMFuzzerTestOneInput
func LLVMFuzzerTestOneInput(data *C.uint8_t, size C.size_t) C.int {
	if _, f := target.Enter(name, unsafe.Slice((*byte)(data), size)); f != nil {
		target.Die(f)
	}
	return 0
}

func main() {}

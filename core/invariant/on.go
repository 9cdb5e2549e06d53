//go:build invariants || gofuzz || gofuzz_libfuzzer || libfuzzer

package invariant

// Enabled tells whether the checks are compiled in.
const Enabled = true

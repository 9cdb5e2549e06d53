package fence_test

import "testing"

// TestInterleavings has threads arm, disarm, signal and drop in every order of
// their atomic operations, up to a stated number of preemptions: what the
// concurrent tests meet by luck, met for certain. See testdata/interleave.
func TestInterleavings(t *testing.T) {
	t.Log("\n" + runOverlay(t, "interleave"))
}

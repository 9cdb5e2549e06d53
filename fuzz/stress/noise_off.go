//go:build !explore

package stress

// Noisy reports whether this program was built so that atomic operations of the
// core yield at random.
const Noisy = false

// SetNoise does nothing in a build without noise.
func SetNoise(int) {}

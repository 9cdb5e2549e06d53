package workload

import (
	"math/bits"
	"math/rand/v2"

	"credence/core/fence"
)

// draw returns a duration for the present step. It reads only integers, so that
// every machine draws the same.
func (c *Client) draw() fence.Duration {
	s := c.group.spans[c.step]
	switch s.spread {
	case 1:
		return s.least
	case 0:
		return exponential(&c.rng, s.least)
	}
	// Each nanosecond is as likely as the other up to a bias of 2^-64 times their
	// number (Lemire's multiplication, without the rejection).
	n, _ := bits.Mul64(c.rng.Uint64(), s.spread)
	return s.least + fence.Duration(n)
}

// longest is where an exponential duration is cut, as time would overflow.
const longest = fence.Duration(1) << 62

// exponential draws from the exponential law with this mean, at least 1 ns,
// rounded down to nanoseconds. The method is von Neumann's (Various techniques
// used in connection with random digits, 1951), which compares uniform numbers
// and computes nothing: a run u1 > u2 > ... > un that ends is of odd length n
// with probability exp(-u1) given u1, which makes u1 the fraction of the result;
// after an even length all begins again, one mean further. It takes 4.3 numbers
// on average.
func exponential(rng *rand.PCG, mean fence.Duration) fence.Duration {
	for whole := fence.Duration(0); whole <= longest-mean; whole += mean {
		first := rng.Uint64()
		odd := true
		for last, next := first, rng.Uint64(); next < last; last, next = next, rng.Uint64() {
			odd = !odd
		}
		if odd {
			part, _ := bits.Mul64(first, uint64(mean))
			return max(1, whole+fence.Duration(part))
		}
	}
	return longest
}

package theory

import (
	"math"
	"testing"
)

// Waiting times are in units of the mean service time, loads are of one server.

// waitMG1 is the mean waiting time of M/G/1 by Pollaczek and Khinchine, for a
// service of this squared coefficient of variation: 1 is M/M/1, 0 is M/D/1.
func waitMG1(rho, variation float64) float64 { return rho / (1 - rho) * (1 + variation) / 2 }

// waitClosed returns the mean waiting time at each exponential station of a
// closed network that customers visit in turn, by mean value analysis (Reiser
// and Lavenberg, 1980): who arrives sees the queues as one customer less leaves
// them.
func waitClosed(customers int, service []float64) []float64 {
	queue, response := make([]float64, len(service)), make([]float64, len(service))
	for n := 1; n <= customers; n++ {
		cycle := 0.0
		for i, s := range service {
			response[i] = s * (1 + queue[i])
			cycle += response[i]
		}
		for i, r := range response {
			queue[i] = float64(n) / cycle * r
		}
	}
	wait := make([]float64, len(service))
	for i, s := range service {
		wait[i] = response[i] - s
	}
	return wait
}

// TestFormulas against values that other derivations give.
func TestFormulas(t *testing.T) {
	near := func(what string, got, want float64) {
		if math.Abs(got-want) > 1e-12 {
			t.Errorf("%s: %v, want %v", what, got, want)
		}
	}
	near("M/M/1 at 1/2", waitMG1(0.5, 1), 1)
	near("M/D/1 at 1/2", waitMG1(0.5, 0), 0.5)
	near("M/M/1 at 0.7", waitMG1(0.7, 1), 7.0/3)
	near("alone", waitClosed(1, []float64{1, 0.5})[0], 0)
	// Two equal stations and n customers: each state is as likely, so who arrives
	// finds (n-1)/2 others on average.
	near("five at two equal stations", waitClosed(5, []float64{1, 1})[1], 2)
	// Two customers, stations 1 and 1/2: the slow one has 0, 1, 2 of them with
	// probabilities 1/7, 2/7, 4/7, so it serves 6/7 of the time, at which rate two
	// customers have a cycle of 7/3, of which 5/3 at the slow one.
	w := waitClosed(2, []float64{1, 0.5})
	near("the slow one of two", w[0], 5.0/3-1)
	near("the fast one of two", w[1], 7.0/3-5.0/3-0.5)
}

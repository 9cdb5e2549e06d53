package target_test

import (
	"math/rand/v2"
	"testing"

	"credence/fuzz/target"
)

// Parts of core and device do what plain lists and numbers beside them do.
func TestEachPartBreaksNoRule(t *testing.T) {
	const inputs = 600
	for _, e := range target.Parts {
		r := rand.New(rand.NewPCG(20_261_122, 1))
		busy := 0
		for range inputs {
			data := target.PartInput(r)
			ok, f := e.Run(data)
			if f != nil {
				t.Fatalf("%s, input %x: %s", e.Name, target.MinimisePart(e, data, f), f)
			}
			if ok {
				busy++
			}
		}
		if busy < inputs/2 {
			t.Errorf("%d of %d inputs of %s do something", busy, inputs, e.Name)
		}
	}
}

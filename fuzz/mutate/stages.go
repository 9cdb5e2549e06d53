package mutate

import (
	"strings"
	"time"
)

// Most is how long a stage may take: an unchanged one takes a few seconds.
const Most = 3 * time.Minute

// Tests are the stages that gremlins' mutants get: the tests of the package, and
// of those that exist to test it.
func Tests(dir string) []Stage {
	with := []string{"./" + dir}
	switch {
	case dir == "core/sched":
		with = append(with, "./core/live")
	case strings.HasPrefix(dir, "hwmock/"):
		with = append(with, "./hwmock/rig")
	}
	test := append([]string{"test", "-overlay", "%O", "-vet=off", "-timeout", "2m"}, with...)
	checked := append([]string{"test", "-overlay", "%O", "-vet=off", "-timeout", "2m", "-tags", "invariants"}, with...)
	return []Stage{
		{Name: "tests", Args: test, Most: Most},
		{Name: "tests with invariants", Args: checked, Most: Most},
	}
}

// Deep are the stages that come behind Tests for shared accesses: programs at
// random against the model, the explorer's scenarios, and goroutines under the
// race detector.
func Deep(dir string) []Stage {
	scenarios := map[string][]string{
		"core/spsc":   {"spsc/*"},
		"core/credit": {"credit/*", "wait/2 jobs"},
		"core/fence":  {"fence/*"},
		"core/sched":  {"sched/*"},
		"core/live":   {"wait/*"},
	}[dir]
	list := []Stage{{
		Name: "random programs", Most: Most,
		Args: []string{"test", "-overlay", "%O", "-vet=off", "-timeout", "2m", "-tags", "invariants", "./fuzz/target"},
	}}
	if scenarios != nil {
		list = append(list, Stage{
			Name: "explorer", Most: Most,
			Args: []string{"build", "-overlay", "%O", "-tags", "explore", "-o", "%T/helper", "./fuzz/explore/helper"},
			Then: append([]string{"%T/helper"}, scenarios...),
		})
	}
	return append(list, Stage{
		Name: "goroutines", Most: Most,
		Args: []string{"test", "-overlay", "%O", "-vet=off", "-race", "-timeout", "2m", "-tags", "invariants",
			"./core/live", "-run", "^TestSoak$", "-soak", "60000"},
	})
}

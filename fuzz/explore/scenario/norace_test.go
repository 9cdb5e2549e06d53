//go:build explore && !race

package scenario_test

import "credence/fuzz/explore"

// options are the scenario's own.
func options(o explore.Options) explore.Options { return o }

//go:build explore && race

package scenario_test

import "credence/fuzz/explore"

// options are few executions under the race detector, where each is slow: what it
// looks for are plain accesses, which few orders show.
func options(o explore.Options) explore.Options {
	return explore.Options{Strategy: explore.RandomWalk, Executions: 300, Seed: 1}
}

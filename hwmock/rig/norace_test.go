//go:build !race

package rig_test

// race tells that the race detector takes its time.
const race = false

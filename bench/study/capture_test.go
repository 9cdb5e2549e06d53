package study

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"credence/core/fence"
	"credence/hwmock/replay"
	"credence/hwmock/trace"
)

// Each context submits after the pauses that were recorded, for as long as its
// ring worked for it alone; what was not recorded to its end is left out.
func TestStepsOfACapture(t *testing.T) {
	const us = fence.Time(fence.Microsecond)
	in := &replay.Input{Contexts: 3, Rings: []string{"gfx", "dma"}, Jobs: []replay.Job{
		{Context: 0, Submit: 0, Run: 10 * us, End: 110 * us},
		{Context: 1, Submit: 20 * us, Run: 30 * us, End: 150 * us}, // behind the first
		{Context: 0, Ring: 1, Submit: 25*us + 600, Run: 40 * us, End: 41 * us},
		{Context: 2, Submit: 26 * us, Run: trace.NotRecorded, End: trace.NotRecorded},
		{Context: 0, Submit: 27*us + 500, Run: 150 * us, End: 150*us + 400},
	}}
	want := []string{
		"1.DEFAULT.100.0.0\nd.25\n1.DEFAULT.1.0.0\nd.2\n1.DEFAULT.1.0.0\n",
		"d.20\n1.DEFAULT.40.0.0\n",
		"",
	}
	if got := steps(in); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// A capture is cut to what a workload has room for.
func TestStepsOfALongCapture(t *testing.T) {
	in := &replay.Input{Contexts: 1, Rings: []string{"gfx"}}
	for i := range fence.Time(maxBatches + 10) {
		at := i * fence.Time(fence.Millisecond)
		in.Jobs = append(in.Jobs, replay.Job{Submit: at, Run: at, End: at + 5000})
	}
	if got := strings.Count(steps(in)[0], "DEFAULT"); got != maxBatches {
		t.Errorf("%d batches, want %d", got, maxBatches)
	}
}

// A real capture runs on the device that it was taken on: every job within the
// time ends under every flow but those that over-admit.
func TestStudyOfARealCapture(t *testing.T) {
	found, err := filepath.Glob("../shared/data/traces/*")
	if err != nil {
		t.Fatal(err)
	}
	var c *capture
	var path string
	for _, f := range found {
		if c, err = openCapture(f); err == nil && c != nil {
			path = f
			break
		}
	}
	if path == "" {
		t.Skip("no recorded trace in ../shared/data/traces")
	}
	config := small()
	config.Devices, config.Works = []string{"amdgpu-2017"}, []string{path}
	config.Queues, config.Time = []int{1}, 500*fence.Millisecond
	r := study(t, plan(t, config), Whole, 2)
	if len(r.Cells) != 1 || r.Cells[0].Queues != len(c.loads) {
		t.Fatalf("%+v", r.Cells)
	}
	rows := r.Cells[0].Rows
	if rows[exact].Jobs == 0 || rows[exact].Failed != 0 || rows[exact].Overruns != 0 {
		t.Errorf("%+v", rows[exact])
	}
}

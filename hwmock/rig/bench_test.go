package rig_test

import (
	"fmt"
	"testing"

	"credence/core/fence"
	"credence/hwmock/rig"
	"credence/hwmock/workload"
)

// deep is a rig whose user queues, a client each, are kept full of renders, each
// of them a vertex command, a barrier and a fragment command.
type deep struct {
	*rig.Rig
	done, end int // jobs
}

// newDeep fills the queues and runs some jobs of each.
func newDeep(b *testing.B, queues int, flowName string) *deep {
	d := &deep{}
	var err error
	d.Rig, err = rig.New(rig.Config{
		Profile: parts(b, "apple-m1"), Flow: flow(b, flowName), Capacity: 16,
		Completed: func(fence.Duration) {
			if d.done++; d.done == d.end {
				d.Stop()
			}
		},
	})
	if err != nil {
		b.Fatal(err)
	}
	p := compile(b, "1.RCS.100.0.0\n", d.Rig)
	if _, err := d.AddClients(p, workload.Options{Clients: queues}); err != nil {
		b.Fatal(err)
	}
	d.jobs(b, max(1000, 8*queues))
	return d
}

// jobs runs until n more jobs are done.
func (d *deep) jobs(b *testing.B, n int) {
	d.end = d.done + n
	if err := d.RunUntil(fence.Never); err != nil || d.done != d.end {
		b.Fatalf("the rig stops after %d jobs: %v", d.done, err)
	}
}

// BenchmarkDeepQueue answers what a job of three commands costs the host, core
// and clients included, while everything that can be is in flight: 126 renders
// of the one queue, or 16 of each of many.
func BenchmarkDeepQueue(b *testing.B) {
	for _, c := range []struct {
		queues int
		flow   string
	}{{1, "lanes"}, {1, "count:16"}, {10, "count:16"}, {100, "count:16"}, {1000, "count:16"}} {
		b.Run(fmt.Sprintf("queues=%d/flow=%s", c.queues, c.flow), func(b *testing.B) {
			d := newDeep(b, c.queues, c.flow)
			b.ReportAllocs()
			for b.Loop() {
				d.jobs(b, 1)
			}
		})
	}
}

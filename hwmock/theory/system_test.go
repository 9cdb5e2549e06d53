package theory

import (
	"fmt"
	"strings"
	"testing"

	"credence/core/fence"
	"credence/core/sched"
	"credence/hwmock/gen"
	"credence/hwmock/profile"
	"credence/hwmock/rig"
	"credence/hwmock/workload"
)

// system is one queue or network, and what to expect of it.
type system struct {
	name    string
	load    *workload.Workload
	clients int
	flow    sched.Flow
	service []float64 // mean, us, by station
	want    []float64 // mean waiting time, us, by station
}

// systems are what is run. Open arrivals come every 1000 us on average, and a
// flow of one job has them wait in the entity. The customers of the closed
// network wait in line at the device's engines.
func systems(t *testing.T) (list []system) {
	for _, us := range []int{300, 500, 700} {
		for _, law := range []string{"exponential", "constant"} {
			g, err := gen.Make(fmt.Sprintf("gen:poisson:every=1000,us=%d,law=%s,engine=CCS", us, law))
			if err != nil {
				t.Fatal(err)
			}
			kind, variation := "M", 1.0
			if law == "constant" {
				kind, variation = "D", 0
			}
			list = append(list, system{
				fmt.Sprintf("M/%s/1 at %d%%", kind, us/10), g.Loads[0].Workload, 1,
				sched.Flow{Kind: sched.FlowCount, Limit: 1}, []float64{float64(us)},
				[]float64{float64(us) * waitMG1(float64(us)/1000, variation)},
			})
		}
	}
	const customers = 5
	service := []float64{1000, 600}
	w, err := workload.Parse("closed.wsim", strings.NewReader("1.VCS1.~1000.0.1\n2.VCS2.~600.0.1\n"))
	if err != nil {
		t.Fatal(err)
	}
	return append(list, system{"closed network", w, customers, sched.Flow{Kind: sched.FlowLanes},
		service, waitClosed(customers, service)})
}

// maxWaiting is how many jobs may be unfinished at a time.
const maxWaiting = sched.MaxCapacity

// observer takes the time that jobs spend at each station, less the mean
// service: what is left is the waiting time on average.
type observer struct {
	system *system
	pushed [maxWaiting]fence.Time // by the low bits of the job's id
	waits  [][]float64            // us, by station
}

func (o *observer) Observe(e sched.Event) {
	switch e.Kind {
	case sched.EventQueue:
		o.pushed[e.Job%maxWaiting] = e.At
	case sched.EventDone:
		// Each customer has an entity a station; those of the first station come
		// first, as all customers begin there.
		at := int(e.Entity) / o.system.clients
		spent := float64(e.At.Sub(o.pushed[e.Job%maxWaiting])) / float64(fence.Microsecond)
		o.waits[at] = append(o.waits[at], spent-o.system.service[at])
	}
}

// run simulates so many jobs and returns what each spent waiting, in order of
// completion, by station.
func (s *system) run(t *testing.T, seed uint64, jobs int) [][]float64 {
	t.Helper()
	p, err := profile.Load("ideal")
	if err != nil {
		t.Fatal(err)
	}
	o := &observer{system: s, waits: make([][]float64, len(s.service))}
	r, err := rig.New(rig.Config{Profile: p, Flow: s.flow, Observer: o, Capacity: maxWaiting})
	if err != nil {
		t.Fatal(err)
	}
	program, err := s.load.Compile(r.Capabilities())
	if err != nil {
		t.Fatal(err)
	}
	g, err := r.AddClients(program, workload.Options{
		Seed: seed, Clients: s.clients, Repeats: int64(jobs / s.clients / len(s.service)),
	})
	if err != nil {
		t.Fatal(err)
	}
	for r.Step(fence.Never) {
	}
	for _, c := range g.Clients() {
		if !c.Finished() {
			t.Fatalf("client %d is not finished: %q", c.Index(), c.Blocked())
		}
	}
	return o.waits
}

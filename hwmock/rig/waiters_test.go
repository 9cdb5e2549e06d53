package rig_test

import (
	"slices"
	"testing"

	"credence/core/fence"
	"credence/hwmock/rig"
	"credence/hwmock/workload"
)

// sharing gives what client 0 submits to all clients, each of which waits for it and
// gives it back.
type sharing struct {
	workload.Host
	handle   workload.Handle
	users    map[workload.Handle]int
	resumed  [][]fence.Time // by client: when it submits
	released int
}

func (s *sharing) Submit(c *workload.Client, b *workload.Batch) (workload.Handle, bool) {
	i := c.Index()
	s.resumed[i] = append(s.resumed[i], s.Now())
	if i == 0 {
		h, ok := s.Host.Submit(c, b)
		if !ok {
			return h, ok
		}
		s.handle, s.users[h] = h, len(s.resumed)
	}
	return s.handle, true
}

func (s *sharing) Release(h workload.Handle) {
	if s.users[h]--; s.users[h] == 0 {
		s.released++
		s.Host.Release(h)
	}
}

// TestManyWaitForOneHandle: all clients that wait for a batch go on in the instant in
// which it is done, each once, in the order of their indices.
func TestManyWaitForOneHandle(t *testing.T) {
	for _, clients := range []int{2, 3, 7} {
		const rounds = 5
		r, err := rig.New(rig.Config{Profile: parts(t, "apple-m1"), Flow: flow(t, "lanes")})
		if err != nil {
			t.Fatal(err)
		}
		s := &sharing{users: map[workload.Handle]int{}, resumed: make([][]fence.Time, clients)}
		p := compile(t, "1.RCS.100.0.1\n", r)
		g, err := r.AddClientsThrough(p, workload.Options{Clients: clients, Repeats: rounds},
			func(h workload.Host) workload.Host { s.Host = h; return s })
		if err != nil {
			t.Fatal(err)
		}
		if err := r.RunUntil(fence.Time(fence.Second)); err != nil {
			t.Fatal(err)
		}
		for i, c := range g.Clients() {
			if !c.Finished() || !slices.Equal(s.resumed[i], s.resumed[0]) {
				t.Errorf("%d clients: client %d, finished %t, goes on at %d, client 0 at %d", clients, i,
					c.Finished(), s.resumed[i], s.resumed[0])
			}
		}
		g.Close()
		live, _ := r.Live()
		if len(s.resumed[0]) != rounds || s.released != rounds || live != 0 {
			t.Errorf("%d clients: %d rounds, %d handles given back, %d batches left", clients,
				len(s.resumed[0]), s.released, live)
		}
	}
}

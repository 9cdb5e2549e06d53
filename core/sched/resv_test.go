package sched_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"credence/core/fence"
	"credence/core/sched"
)

var everyUsage = []sched.Usage{
	sched.UsageKernel, sched.UsageWrite, sched.UsageRead, sched.UsageBookkeep,
}

func (p *plain) external(seqno uint64) *fence.Single {
	f := new(fence.Single)
	f.Init(p.contexts.Next(1), seqno, nil)
	return f
}

// panics returns what f panics with, as text, or "".
func panics(f func()) (text string) {
	defer func() {
		if r := recover(); r != nil {
			text = fmt.Sprint(r)
		}
	}()
	f()
	return ""
}

// TestResvDependencies: a job waits for exactly those uses that its own has to
// follow, each with a reference of its own, and gives them back.
func TestResvDependencies(t *testing.T) {
	for _, c := range []struct {
		name string
		add  func(j *sched.Job, r *sched.Resv)
		want []sched.Usage
	}{
		{"reader", func(j *sched.Job, r *sched.Resv) { j.AddImplicitDependencies(r, false) },
			everyUsage[:2]},
		{"writer", func(j *sched.Job, r *sched.Resv) { j.AddImplicitDependencies(r, true) },
			everyUsage[:3]},
		{"mover", func(j *sched.Job, r *sched.Resv) { j.AddResvDependencies(r, sched.UsageBookkeep) },
			everyUsage},
		{"kernel", func(j *sched.Job, r *sched.Resv) { j.AddResvDependencies(r, sched.UsageKernel) },
			everyUsage[:1]},
	} {
		p := newPlain(t, sched.Config{})
		e := p.entity(1)
		var r sched.Resv
		var fences []*fence.Single
		r.Lock(nil)
		r.Reserve(len(everyUsage), nil)
		for _, u := range everyUsage {
			f := p.external(1)
			r.Add(&f.Fence, u)
			fences = append(fences, f)
		}
		j := p.job(1, e, 1)
		c.add(&j.Job, &r)
		for i, u := range everyUsage {
			want := slices.Contains(c.want, u)
			if got := j.HasDependency(&fences[i].Fence); got != want {
				t.Errorf("%s waits for usage %d: %t, want %t", c.name, u, got, want)
			}
			refs := 2
			if want {
				refs = 3
			}
			if n := fences[i].Refs(); n != refs {
				t.Errorf("%s: fence of usage %d has %d references, want %d", c.name, u, n, refs)
			}
		}
		j.Arm()
		r.Reserve(1, nil)
		r.Add(j.Finished(), sched.UsageWrite)
		j.Push()
		r.Unlock()
		p.drain()
		for i := range c.want {
			if len(p.runs) != 0 {
				t.Errorf("%s runs with %d fences not signalled", c.name, len(c.want)-i)
			}
			fences[i].Signal()
			p.drain()
		}
		if len(p.runs) != 1 {
			t.Fatalf("%s does not run", c.name)
		}
		p.complete(fence.OK)
		p.close(e)
		r.Lock(nil)
		r.Release()
		r.Unlock()
		for i, f := range fences {
			if f.Refs() != 1 {
				t.Errorf("%s: %d references to the fence of usage %d are left", c.name, f.Refs()-1, i)
			}
		}
	}
}

// TestResvAgainstDumbTwin adds fences of few contexts with random usages, and
// compares with a list that forgets what a later fence of the same context, or a
// signal, makes superfluous only when it is asked.
func TestResvAgainstDumbTwin(t *testing.T) {
	random := rand.New(rand.NewPCG(11, 3))
	for range 300 {
		var r sched.Resv
		type use struct {
			f *fence.Single
			u sched.Usage
		}
		var twin []use
		var all []*fence.Single
		var seqno uint64
		r.Lock(nil)
		for range 40 {
			switch {
			case random.IntN(4) > 0:
				seqno++
				f := new(fence.Single)
				f.Init(fence.Context(1+random.IntN(4)), seqno, nil)
				u := sched.Usage(random.IntN(4))
				r.Reserve(1, nil)
				r.Add(&f.Fence, u)
				all = append(all, f)
				// A later fence covers an earlier one of its context whose usage is
				// not more important.
				twin = slices.DeleteFunc(twin, func(x use) bool {
					return x.f.Context() == f.Context() && x.u >= u
				})
				twin = append(twin, use{f, u})
			case len(all) > 0:
				all[random.IntN(len(all))].Signal()
			}
			for _, u := range everyUsage {
				open := map[*fence.Fence]bool{}
				r.Each(u, func(f *fence.Fence) bool {
					open[f] = true
					return true
				})
				waits := true
				for _, x := range twin {
					if x.u <= u && !x.f.Signaled() {
						waits = false
						if !open[&x.f.Fence] {
							t.Fatalf("a wait for %d misses fence %d:%d", u, x.f.Context(), x.f.Seqno())
						}
					}
				}
				if got := r.Signaled(u); got && !waits {
					t.Fatalf("all of usage %d has signalled: %t, the twin says %t", u, got, waits)
				}
			}
		}
		r.Release()
		for _, f := range all {
			if f.Refs() != 1 {
				t.Fatalf("%d references left", f.Refs()-1)
			}
		}
		r.Unlock()
	}
}

// TestResvAddsWithoutAllocating, between Arm and Push, within the room that
// Reserve made; signalled fences make room too.
func TestResvAddsWithoutAllocating(t *testing.T) {
	var fences [64]fence.Single
	for i := range fences {
		fences[i].Init(fence.Context(i+1), 1, nil)
	}
	var r sched.Resv
	r.Lock(nil)
	defer r.Unlock()
	r.Reserve(len(fences), nil)
	next := fences[:]
	if n := testing.AllocsPerRun(1, func() { // twice, the first time to warm up
		for i := range next[:len(fences)/2] {
			r.Add(&next[i].Fence, sched.UsageRead)
		}
		next = next[len(fences)/2:]
	}); n != 0 || len(next) != 0 {
		t.Errorf("%v allocations by Add, %d fences left", n, len(next))
	}
	count := func() (n int) {
		r.Each(sched.UsageBookkeep, func(*fence.Fence) bool {
			n++
			return true
		})
		return n
	}
	if n := count(); n != len(fences) {
		t.Errorf("%d fences are kept, want %d", n, len(fences))
	}
	for i := range fences {
		fences[i].Signal()
	}
	r.Reserve(1, nil)
	if n := count(); n != 0 {
		t.Errorf("%d signalled fences are kept", n)
	}
}

func TestResvMisuse(t *testing.T) {
	var f fence.Single
	f.Init(1, 1, nil)
	var r sched.Resv
	for want, do := range map[string]func(){
		"Resv.Unlock without the lock":  r.Unlock,
		"Resv.Reserve without the lock": func() { r.Reserve(1, nil) },
		"Resv.Add without the lock":     func() { r.Add(&f.Fence, sched.UsageRead) },
		"Resv.Each without the lock":    func() { r.Signaled(sched.UsageRead) },
		"Resv.Release without the lock": r.Release,
	} {
		if got := panics(do); !strings.Contains(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
	}
	r.Lock(nil)
	defer r.Unlock()
	if got := panics(func() { r.Add(&f.Fence, sched.UsageRead) }); !strings.Contains(got, "without room") {
		t.Errorf("Add without Reserve: %q", got)
	}
	if got := panics(func() { r.Add(&f.Fence, 4) }); !strings.Contains(got, "permitted: 0 to 3") {
		t.Errorf("Add of no usage: %q", got)
	}
	if f.Refs() != 1 {
		t.Errorf("%d references", f.Refs())
	}
}

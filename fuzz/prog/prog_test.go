package prog_test

import (
	"math/rand/v2"
	"testing"

	"credence/core/sched"
	"credence/fuzz/prog"
)

// rounds is how many random programs a test looks at.
const rounds = 50_000

const seed = 20_260_917

func newRand() *rand.Rand { return rand.New(rand.NewPCG(seed, 0)) }

// randomBytes returns up to n bytes.
func randomBytes(r *rand.Rand, n int) []byte {
	b := make([]byte, r.IntN(n+1))
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}

func TestEncodingAndTextGiveTheSameProgram(t *testing.T) {
	r := newRand()
	for range rounds {
		data := randomBytes(r, 400)
		p := prog.Decode(data)
		if q := prog.Decode(p.Encode()); !p.Equal(q) {
			t.Fatalf("%x decodes to\n%sits encoding to\n%s", data, p, q)
		}
		q, err := prog.Parse("p", p.String())
		if err != nil {
			t.Fatalf("%v in\n%s", err, p)
		}
		if !p.Equal(q) {
			t.Fatalf("%x decodes to\n%swhich parses as\n%s", data, p, q)
		}
	}
}

func TestDecodeIsTotal(t *testing.T) {
	r := newRand()
	for _, data := range [][]byte{nil, {}, {255}, make([]byte, prog.MaxBytes+1000)} {
		p := prog.Decode(data)
		if len(p.Scheds) == 0 || len(p.Entities) == 0 || len(p.Ops) > prog.MaxOps {
			t.Errorf("%d bytes: %d schedulers, %d entities, %d operations",
				len(data), len(p.Scheds), len(p.Entities), len(p.Ops))
		}
	}
	long := make([]byte, prog.MaxBytes)
	for i := range long {
		long[i] = byte(r.Uint32())
	}
	if p := prog.Decode(long); len(p.Ops) != prog.MaxOps || len(p.Encode()) != prog.MaxBytes {
		t.Errorf("%d bytes: %d operations, encoded in %d bytes",
			len(long), len(p.Ops), len(p.Encode()))
	}
}

// One changed byte changes the machine and no operation, or one operation at
// most and nothing else.
func TestDecodeIsLocal(t *testing.T) {
	r := newRand()
	for range rounds {
		data := randomBytes(r, 400)
		if len(data) == 0 {
			continue
		}
		p := prog.Decode(data)
		data[r.IntN(len(data))] = byte(r.Uint32())
		q := prog.Decode(data)
		if len(p.Ops) != len(q.Ops) {
			t.Fatalf("from %d to %d operations", len(p.Ops), len(q.Ops))
		}
		changed := 0
		for i := range p.Ops {
			if p.Ops[i] != q.Ops[i] {
				changed++
			}
		}
		q.Ops = p.Ops
		if machine := !p.Equal(q); changed > 1 || changed == 1 && machine {
			t.Fatalf("one byte changed %d operations, and the machine: %t", changed, machine)
		}
	}
}

// What can be said in the language is met in random bytes.
func TestEveryValueOccurs(t *testing.T) {
	seen := map[any]bool{}
	type limit uint32
	type capacity int
	type ring int
	type hangs uint8
	type more uint8
	type prepare uint8
	type span int
	r := newRand()
	spanOf := func(us uint32) span {
		switch {
		case us == 0:
			return 0
		case us < 256:
			return 1
		case us <= prog.FineMicros:
			return 2
		}
		return 3
	}
	for range 3000 {
		p := prog.Decode(randomBytes(r, 600))
		seen[p.Device.Profile], seen[p.Device.Undrained] = true, true
		seen[ring(p.Device.Ring)], seen[p.Compat] = true, true
		for _, s := range p.Scheds {
			seen[s.Policy], seen[s.Flow.Kind], seen[limit(s.Flow.Limit)] = true, true, true
			seen[s.Verdict], seen[hangs(s.HangLimit)] = true, true
		}
		for _, e := range p.Entities {
			seen[e.Priority], seen[capacity(e.Capacity)], seen[more(e.Scheds.More)] = true, true, true
		}
		for _, o := range p.Ops {
			seen[o.Kind], seen[o.Job.End], seen[o.Job.Barriers], seen[o.Exit] = true, true, true, true
			seen[o.Job.Verdict], seen[prepare(o.Job.Prepare)] = true, true
			if o.Kind == prog.Advance {
				seen[spanOf(o.N)] = true
			}
			for _, d := range o.Job.Deps {
				seen[d.Kind] = true
			}
		}
	}
	if sched.Upstream70 != 1<<7-1 {
		t.Error("upstream has other habits; give each a name in habitNames")
	}
	var want []any
	for k := range prog.Kind(prog.NumKinds) {
		want = append(want, k)
	}
	for k := range sched.FlowPrepare + 1 {
		want = append(want, k)
	}
	for b := range prog.OtherJob << 1 {
		want = append(want, b)
	}
	for v := prog.KillIt; v <= prog.Resubmit; v++ {
		want = append(want, v)
	}
	for u := range sched.Upstream(128) {
		want = append(want, u)
	}
	want = append(want, prog.Engine, prog.Ideal, prog.AppleM1, true, false, prog.Default,
		prog.ByDevice, prog.ByReturn, prog.BySignaled, prog.Later,
		prog.Lives, prog.Exits, prog.Killed, prepare(0), prepare(1), prepare(prog.MaxExternal),
		prog.NoDep, prog.OnFinished, prog.OnScheduled, prog.OnExternal, prog.OnTimeline,
		sched.Fair, sched.FIFO, sched.RR, sched.Kernel, sched.High, sched.Normal, sched.Low,
		limit(0), limit(1), limit(126), limit(prog.FullLimit), hangs(0), hangs(prog.MaxHangs),
		capacity(1), capacity(prog.SmallCapacity), capacity(sched.DefaultCapacity),
		capacity(prog.LargeCapacity),
		ring(prog.MinRing), ring(prog.FullRing), more(0), more(3),
		span(0), span(1), span(2), span(3))
	for _, v := range want {
		if !seen[v] {
			t.Errorf("no random program has %T %v", v, v)
		}
	}
}

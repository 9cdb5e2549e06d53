package linear

import (
	"strings"
	"testing"

	"github.com/anishathalye/porcupine"

	"credence/core/fence"
	"credence/fuzz/stress"
)

// The clean core's histories have an order.
func TestCleanCore(t *testing.T) {
	for _, p := range Parts() {
		for seed := range uint64(20) {
			b := &stress.Bout{Seed: seed}
			p.Run(b)
			if b.Failed() {
				t.Errorf("%s, seed %d", p.Name, seed)
			}
		}
	}
}

// op is an operation from one moment to another.
func op(in, out any, call, ret int64) porcupine.Operation {
	return porcupine.Operation{Input: in, Output: out, Call: call, Return: ret}
}

func in(c queueCall) queueIn { return queueIn{call: c} }

// What a queue of two must not answer has no order, and what it may answer has one.
func TestQueueModel(t *testing.T) {
	yes, no := queueOut{n: 1}, queueOut{}
	for _, x := range []struct {
		name string
		want bool
		ops  []porcupine.Operation
	}{
		{"in order", true, []porcupine.Operation{
			op(in(tryPush), yes, 1, 2), op(in(tryPush), yes, 3, 4), op(in(tryPush), no, 5, 6),
			op(in(pop), queueOut{1, 0}, 7, 8), op(in(pop), queueOut{1, 1}, 9, 10), op(in(pop), no, 11, 12),
		}},
		{"full with one item", false, []porcupine.Operation{
			op(in(tryPush), yes, 1, 2), op(in(tryPush), no, 3, 4),
		}},
		{"full while it is popped", true, []porcupine.Operation{
			op(in(tryPush), yes, 1, 2), op(in(tryPush), yes, 3, 4),
			op(in(pop), queueOut{1, 0}, 5, 9), op(in(tryPush), no, 6, 7),
		}},
		{"three in two slots", false, []porcupine.Operation{
			op(in(tryPush), yes, 1, 2), op(in(reserve), yes, 3, 4), op(in(tryPush), yes, 5, 6),
		}},
		{"the wrong item", false, []porcupine.Operation{
			op(in(tryPush), yes, 1, 2), op(in(tryPush), yes, 3, 4), op(in(pop), queueOut{1, 1}, 5, 6),
		}},
		{"empty after the push", false, []porcupine.Operation{
			op(in(tryPush), yes, 1, 2), op(in(pop), no, 3, 4),
		}},
		{"an item from nowhere", false, []porcupine.Operation{op(in(pop), queueOut{1, 0}, 1, 2)}},
		{"on to the next from nothing", false, []porcupine.Operation{
			op(in(advance), no, 1, 2), op(queueIn{advanceLook, 0, -1}, no, 1, 2),
		}},
		{"no next one, with one pushed before", false, []porcupine.Operation{
			op(queueIn{pushBatch, 2, 0}, queueOut{n: 2}, 1, 2), op(in(advance), no, 3, 4),
			op(queueIn{advanceLook, 0, 0}, no, 3, 4),
		}},
		{"half a batch, with room for it", false, []porcupine.Operation{
			op(queueIn{pushBatch, 2, 0}, yes, 1, 2), op(queueIn{pushBatchLook, 2, 0}, yes, 1, 2),
		}},
		{"half a batch out, with more there", false, []porcupine.Operation{
			op(queueIn{pushBatch, 2, 0}, queueOut{n: 2}, 1, 2),
			op(queueIn{popBatch, 2, 0}, yes, 3, 4), op(queueIn{popBatchLook, 2, 0}, yes, 3, 4),
		}},
	} {
		if got := porcupine.CheckOperations(queueModel(2), x.ops); got != x.want {
			t.Errorf("%s: %t", x.name, got)
		}
	}
}

func TestFenceModel(t *testing.T) {
	yes, no := fenceOut{yes: true}, fenceOut{}
	on := func(c fenceCall, callback int) fenceIn { return fenceIn{call: c, callback: callback} }
	sig := fenceIn{call: signal, err: 2}
	for _, x := range []struct {
		name string
		want bool
		ops  []porcupine.Operation
	}{
		{"armed, signalled, run", true, []porcupine.Operation{
			op(on(arm, 0), yes, 1, 2), op(on(arm, 1), yes, 3, 4), op(sig, yes, 5, 10),
			op(on(ran, 0), no, 6, 7), op(on(ran, 1), no, 8, 9), op(on(rest, 0), no, 11, 12),
		}},
		{"lost", false, []porcupine.Operation{
			op(on(arm, 0), yes, 1, 2), op(sig, yes, 5, 10), op(on(rest, 0), no, 11, 12),
		}},
		{"run twice", false, []porcupine.Operation{
			op(on(arm, 0), yes, 1, 2), op(sig, yes, 5, 10), op(on(ran, 0), no, 6, 7),
			op(on(ran, 0), no, 8, 9),
		}},
		{"run though taken back", false, []porcupine.Operation{
			op(on(arm, 0), yes, 1, 2), op(on(disarm, 0), yes, 3, 4), op(sig, yes, 5, 10),
			op(on(ran, 0), no, 6, 7),
		}},
		{"out of order", false, []porcupine.Operation{
			op(on(arm, 0), yes, 1, 2), op(on(arm, 1), yes, 3, 4), op(sig, yes, 5, 10),
			op(on(ran, 1), no, 6, 7), op(on(ran, 0), no, 8, 9),
		}},
		{"two signals", false, []porcupine.Operation{op(sig, yes, 1, 3), op(sig, yes, 2, 4)}},
		{"armed after the signal", false, []porcupine.Operation{
			op(sig, yes, 1, 2), op(on(arm, 0), yes, 3, 4),
		}},
		{"armed again while it runs", true, []porcupine.Operation{
			op(on(arm, 0), yes, 1, 2), op(sig, yes, 3, 20), op(on(disarm, 0), yes, 4, 5),
			op(fenceIn{call: signaled}, yes, 6, 7), op(on(arm, 0), yes, 8, 9), op(on(ran, 0), no, 10, 11),
		}},
		{"too late, and not signalled", false, []porcupine.Operation{
			op(on(arm, 0), yes, 1, 2), op(on(disarm, 0), no, 3, 4),
		}},
		{"another error", false, []porcupine.Operation{
			op(sig, yes, 1, 2), op(fenceIn{call: readErr}, fenceOut{err: fence.Errno(3)}, 3, 4),
		}},
		{"an error after the signal", false, []porcupine.Operation{
			op(sig, yes, 1, 2), op(fenceIn{call: setError, err: 3}, yes, 3, 4),
		}},
	} {
		if got := porcupine.CheckOperations(fenceModel, x.ops); got != x.want {
			t.Errorf("%s: %t", x.name, got)
		}
	}
}

// What has no order is a find, and printed.
func TestJudge(t *testing.T) {
	b := new(stress.Bout)
	c := &client{}
	c.do(in(pop), func() any { return queueOut{1, 0} })
	judge(b, "I4", queueModel(2), []*client{c})
	if !b.Failed() || len(c.ops) != 0 {
		t.Errorf("failed %t, %d operations kept", b.Failed(), len(c.ops))
	}
	got := text([]porcupine.Operation{
		op(in(peek), queueOut{1, 7}, 30, 35), op(queueIn{pushBatch, 3, 0}, queueOut{n: 2}, 10, 20),
	})
	first, second, _ := strings.Cut(got, "\n")
	if !strings.Contains(first, "PushBatch(3) = {2 0}") || !strings.Contains(second, "Peek") {
		t.Errorf("%s", got)
	}
}

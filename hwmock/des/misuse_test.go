package des_test

import (
	"fmt"
	"testing"

	"credence/hwmock/des"
)

func TestMisusePanics(t *testing.T) {
	type events struct {
		idle, pending *des.Event
		g             *des.Engine
	}
	cases := []struct {
		want string
		do   func(v events)
	}{
		{"des: Init with a nil handler", func(v events) { v.idle.Init(nil) }},
		{"des: Init of an event that is pending at 150", func(v events) { v.pending.Init(&probe{}) }},
		{"des: Schedule at 99, before now, 100", func(v events) { v.g.Schedule(v.idle, 99, 0, 0) }},
		{"des: Schedule at 200 of an event that is pending at 150",
			func(v events) { v.g.Schedule(v.pending, 200, 0, 0) }},
		{"des: Schedule with unknown class(3)",
			func(v events) { v.g.Schedule(v.idle, 200, des.NumClasses, 0) }},
		{"des: Schedule of an event without Init",
			func(v events) { v.g.Schedule(new(des.Event), 200, 0, 0) }},
		{"des: Schedule at 99, before now, 100", func(v events) { v.g.Reschedule(v.pending, 99, 0, 0) }},
		{"des: AdvanceTo 99, before now, 100", func(v events) { v.g.AdvanceTo(99) }},
		{"des: AdvanceTo 151 past an event pending at 150", func(v events) { v.g.AdvanceTo(151) }},
	}
	for i, c := range append(cases, cases...) {
		v := events{idle: new(des.Event), pending: new(des.Event), g: des.New()}
		v.idle.Init(&probe{})
		v.pending.Init(&probe{})
		if i >= len(cases) {
			buildWheel(v.g)
		}
		v.g.AdvanceTo(100)
		v.g.Schedule(v.pending, 150, des.ClassTimer, 0)
		func() {
			defer func() {
				if got := fmt.Sprint(recover()); got != c.want {
					t.Errorf("panic %q, want %q", got, c.want)
				}
			}()
			c.do(v)
		}()
		if err := v.g.Check(); err != nil || v.g.Now() != 100 {
			t.Errorf("after %q: now %d, %v", c.want, v.g.Now(), err)
		}
	}
}

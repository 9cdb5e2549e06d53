package main

import (
	"strings"
	"testing"
)

// whyFile has a job that waits for one of another context, behind others of its
// own.
const whyFile = "1.RCS.300.0.0\n2.CCS.200.-1.0\n2.CCS.100.0.0\n3.BCS.50.-1.0\n1.RCS.100.0.0\n"

const whyLife = `device ideal, flow lanes, policy fifo, seed 1
job 9 of entity 2 on sched 2

Its life:
     0.000 us  for 600.000 us  is behind 1 jobs of its entity, the oldest of
                               them job 4
   600.000 us  for 500.000 us  depends on the finished fence of job 8 of entity
                               1
  1100.000 us  for  50.000 us  is with the hardware, which signals fence 7:2
  1150.000 us  freed, with ok
`

// TestWhyTellsALife, from the first wait to the last, to the microsecond.
func TestWhyTellsALife(t *testing.T) {
	path := put(t, "why.wsim", whyFile)
	o := call(t, "why", "-device", "ideal", "-job", "9", path)
	if o.code != exitOK || o.stderr != "" || o.stdout != whyLife {
		t.Errorf("exit %d, %s\n%s\nwant\n%s", o.code, o.stderr, o.stdout, whyLife)
	}
	for _, at := range []string{"1150us", "1h"} {
		if again := call(t, "why", "-device", "ideal", "-job", "9", "-at", at, path); again.stdout != whyLife {
			t.Errorf("at %s, after its end:\n%s", at, again.stdout)
		}
	}
}

// TestWhyAtATime says what the job waits for, and what that one waits for.
func TestWhyAtATime(t *testing.T) {
	path := put(t, "why.wsim", whyFile)
	for _, c := range []struct{ at, want string }{
		{"100us", "At 100.000 us: job 9 of entity 2: is behind 1 jobs of its entity, the oldest of " +
			"them job 4, since 0 ns " +
			"job 4 of entity 2: depends on the finished fence of job 3 of entity 1, since 0 ns " +
			"job 3 of entity 1: is behind 1 jobs of its entity, the oldest of them job 2, since 0 ns " +
			"job 2 of entity 1: depends on the finished fence of job 1 of entity 0, since 0 ns " +
			"job 1 of entity 0: is with the hardware, which signals fence 1:1, since 0 ns Its life:"},
		{"1110us", "At 1110.000 us: job 9 of entity 2: is with the hardware, which signals fence 7:2, " +
			"since 1100000 ns Its life:"},
	} {
		o := call(t, "why", "-device", "ideal", "-job", "9", "-at", c.at, path)
		if text := strings.Join(strings.Fields(o.stdout), " "); !strings.Contains(text, c.want) {
			t.Errorf("at %s: exit %d, %s\n%s\nwant %s", c.at, o.code, o.stderr, o.stdout, c.want)
		}
	}
}

// TestWhyNamesTheLimit that holds a job back.
func TestWhyNamesTheLimit(t *testing.T) {
	path := put(t, "room.wsim", "1.CCS.100.0.0\n1.CCS.100.0.0\n")
	o := call(t, "why", "-device", "ideal", "-flow", "count:1", "-job", "2", path)
	want := "for 100.000 us is next, and flow control holds it back: credits: wants 1, 0 of 1 free"
	if text := strings.Join(strings.Fields(o.stdout), " "); !strings.Contains(text, want) {
		t.Errorf("exit %d, %s\n%s\nwant %q", o.code, o.stderr, o.stdout, want)
	}
}

// TestExamplesOfWhy runs those of why -h.
func TestExamplesOfWhy(t *testing.T) {
	chdirRoot(t)
	ran := 0
	for line := range strings.SplitSeq(whyUsage, "\n") {
		args := strings.Fields(line)
		if len(args) < 3 || args[0] != "schedbench" {
			continue
		}
		ran++
		if o := call(t, args[1:]...); o.code != exitOK || !strings.Contains(o.stdout, "Its life:") {
			t.Errorf("%s: %+v", line, o)
		}
	}
	if ran != 2 {
		t.Errorf("why -h has %d examples", ran)
	}
}

func TestWrongWhy(t *testing.T) {
	path := put(t, "why.wsim", "1.CCS.100.0.0\n")
	for _, c := range []struct {
		args string
		want string
	}{
		{path, "no -job; name one"},
		{"-job 0 " + path, "want the number of a submission, from 1"},
		{"-job x " + path, "want the number of a submission, from 1"},
		{"-job 1 -at 3 " + path, "want a virtual time with its unit"},
		{"-job 1 -at 300h " + path, "want a virtual time with its unit"},
		{"-job 1", "0 workload files; name one"},
		{"-job 1 " + path + " " + path, "2 workload files; name one"},
		{"-job 1 -flow none " + path, "unknown; there are"},
		{"-job 1 nowhere.wsim", "nowhere.wsim: no such file"},
		{"-job 900000000 -time 1ms " + path, "there is no job 900000000 by"},
	} {
		o := call(t, append([]string{"why"}, strings.Fields(c.args)...)...)
		if o.code != exitUsage || o.stdout != "" || !strings.Contains(o.stderr, c.want) {
			t.Errorf("why %s: %+v, want %q", c.args, o, c.want)
		}
	}
}

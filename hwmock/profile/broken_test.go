package profile_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"credence/hwmock/profile"
)

const (
	slotsRange = "; permitted: a whole number from 2 to 32768"
	spanRange  = "; permitted: 0 ns to 10 s, a whole number of ns, us, ms or s"
	shareRange = "; permitted: a whole number from 1 to 999999 ppm"
	topologies = "; permitted: per-queue, or shared:N with N from 1 to 1024"
	engineForm = "; permitted: NAME class=RCS|BCS|VCS|VECS|CCS instance=1..16 " +
		"queue=vertex|fragment|compute|ring, NAME up to 32 of a-z, 0-9, - and _"
	marks = "; permitted: # S: where it was read, # D: from what it is derived, " +
		"# A: why it is assumed"
	allKeys = "; permitted: shape, topology, slots, buffer, ring, event_slots, vm_slots, channel, " +
		"notify, submit_cost, vm_rebind, host_wake, run_cost, channel_poll, doorbell, fw_wake, " +
		"fw_pickup, fw_dispatch, fw_retire, irq, idle_off, vertex_share, contention, pstates, " +
		"pstate_sample, pstate_target, timeslice, preempt, switch_cost, timeout, on_timeout, " +
		"reset, halt, recover_channel, engine"
	shapes   = "; permitted: firmware or ring"
	rates    = "; permitted: 1 to 16 whole numbers from 1 to 10000000 with commas between, ascending, kHz"
	preempts = "; permitted: none, or some of vertex, fragment, compute, ring with commas between"
	ppmRange = "; permitted: a whole number from 0 to 1000000 ppm"
)

// broken are lines that take the place of line number at of the small profile
// (0 appends a line), and the message without its file.
var broken = []struct {
	at         int
	line, want string
}{
	// Lines that are none.
	{1, "slots", `1: "slots" sets no key; permitted: key = value unit # mark: source`},
	{1, "slots 127 # S: a = b", `1: "slots 127 # S: a = b" sets no key; ` +
		"permitted: key = value unit # mark: source"},
	{3, "ring = 12\x0080 # S: x", "3: byte 0x00 in column 10; permitted: text in UTF-8"},
	{1, "\x7fELF\x02\x01", "1: byte 0x7f in column 1; permitted: text in UTF-8"},
	{2, "buffer = 128 # S: \xff", "2: byte 0xff in column 19; permitted: text in UTF-8"},
	{2, "# a note with a bell \a", "2: byte 0x07 in column 22; permitted: text in UTF-8"},
	{2, "buffer = 1\r28 # S: b", "2: byte 0x0d in column 11; permitted: text in UTF-8"},
	{4, "# " + strings.Repeat("x", 4095), "4: a line of 4097 bytes; permitted: at most 4096"},
	// Keys.
	{1, "slotz = 127 # S: a", `1: unknown key "slotz", the nearest is slots` + allKeys},
	{8, "firmware_wake = 5 ns # A: h",
		`8: unknown key "firmware_wake", the nearest is fw_wake` + allKeys},
	{9, "= 6 ns # A: i", `9: unknown key "", the nearest is irq` + allKeys},
	{9, strings.Repeat("k", 60) + " = 6 ns # A: i", `9: unknown key "` + strings.Repeat("k", 40) +
		`"..., the nearest is host_wake` + allKeys},
	{1, "\ufeffslots = 127 # S: a", `1: unknown key "\ufeffslots", the nearest is slots` + allKeys},
	{1, "Slots = 127 # S: a", `1: unknown key "Slots", the nearest is slots` + allKeys},
	{0, "ring = 1280 # S: c", "38: ring stands in line 3 already; permitted: once"},
	{2, "# no buffer", "37: the file ends without buffer; permitted: no key is left out"},
	// Numbers.
	{1, "slots = # S: a", "1: slots: no value" + slotsRange},
	{1, "slots = 1 # S: a", `1: slots: "1" is out of range` + slotsRange},
	{1, "slots = 32769 # S: a", `1: slots: "32769" is out of range` + slotsRange},
	{1, "slots = 99999999999999999999 # S: a",
		`1: slots: "99999999999999999999" is out of range` + slotsRange},
	{1, "slots = -5 # S: a", `1: slots: "-5" is not a whole number` + slotsRange},
	{1, "slots = +5 # S: a", `1: slots: "+5" is not a whole number` + slotsRange},
	{1, "slots = 0x7f # S: a", `1: slots: "0x7f" is not a whole number` + slotsRange},
	{1, "slots = many # S: a", `1: slots: "many" is not a whole number` + slotsRange},
	{1, "slots = 127 ns # S: a", `1: slots: "ns" is no unit here` + slotsRange},
	{2, "buffer = 0 # S: b",
		`2: buffer: "0" is out of range; permitted: a whole number from 1 to 32768`},
	{3, "ring = 7 # S: c", `3: ring: "7" is out of range; permitted: a whole number from 8 to 32769`},
	{14, "vertex_share = 20 % # A: n", `14: vertex_share: "%" is no unit here` + shareRange},
	{14, "vertex_share = 200000 # A: n", `14: vertex_share: "200000" has no unit` + shareRange},
	{14, "vertex_share = 1000000 ppm # A: n",
		`14: vertex_share: "1000000" is out of range` + shareRange},
	// Latencies.
	{4, "submit_cost = 1 # D: d", `4: submit_cost: "1" has no unit` + spanRange},
	{4, "submit_cost = 1ns # D: d", `4: submit_cost: "1ns" has no unit` + spanRange},
	{4, "submit_cost = 1 min # D: d", `4: submit_cost: "min" is no unit here` + spanRange},
	{4, "submit_cost = 1 ns more # D: d", `4: submit_cost: "ns more" is no unit here` + spanRange},
	{4, "submit_cost = 1.5 us # D: d", `4: submit_cost: "1.5" is not a whole number` + spanRange},
	{4, "submit_cost = 11 s # D: d", `4: submit_cost: "11" is out of range` + spanRange},
	{4, "submit_cost = 10001 ms # D: d", `4: submit_cost: "10001" is out of range` + spanRange},
	{4, "submit_cost = 10000000001 ns # D: d",
		`4: submit_cost: "10000000001" is out of range` + spanRange},
	{4, "submit_cost = 9223372036854775807 s # D: d",
		`4: submit_cost: "9223372036854775807" is out of range` + spanRange},
	// Shapes, clocks, preemption, recovery.
	{19, "shape = round # S: s", `19: shape: "round" is no shape` + shapes},
	{19, "shape = # S: s", "19: shape: no value" + shapes},
	{20, "event_slots = 129 # S: t",
		`20: event_slots: "129" is out of range; permitted: a whole number from 3 to 128`},
	{20, "event_slots = 2 # S: t",
		`20: event_slots: "2" is out of range; permitted: a whole number from 3 to 128`},
	{21, "vm_slots = 0 # S: u",
		`21: vm_slots: "0" is out of range; permitted: a whole number from 1 to 65536`},
	{22, "channel = 65537 # S: v",
		`22: channel: "65537" is out of range; permitted: a whole number from 1 to 65536`},
	{23, "notify = never # S: w", `23: notify: "never" is no notify; permitted: each or threshold`},
	{26, "contention = 1000001 ppm # A: z", `26: contention: "1000001" is out of range` + ppmRange},
	{27, "pstates = 396000 # S: aa", `27: pstates: "396000" has no unit` + rates},
	{27, "pstates = 1,,3 kHz # S: aa", `27: pstates: "" is not a whole number` + rates},
	{27, "pstates = 3,3 kHz # S: aa", "27: pstates: 3 is not above 3" + rates},
	{27, "pstates = 0 kHz # S: aa", `27: pstates: "0" is out of range` + rates},
	{27, "pstates = 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17 kHz # S: aa",
		"27: pstates: 17 rates" + rates},
	{31, "preempt = all # A: ae", `31: preempt: "all" is no firmware queue` + preempts},
	{31, "preempt = vertex,vertex # A: ae", "31: preempt: vertex stands there twice" + preempts},
	{33, "timeout = 1001 s # S: ag",
		`33: timeout: "1001" is out of range; permitted: 0 ns to 1000 s, a whole number of ns, us, ms or s`},
	{34, "on_timeout = pray # A: ah",
		`34: on_timeout: "pray" is no on_timeout; permitted: no-device or reset`},
	{19, "shape = ring # S: s", "16: engine v: queue vertex on a device of shape ring; permitted: " +
		"queue=ring with shape = ring, and only there"},
	{18, "engine = c class=CCS instance=1 queue=ring # A: r", "18: engine c: queue ring on a device " +
		"of shape firmware; permitted: queue=ring with shape = ring, and only there"},
	// Marks.
	{5, "host_wake = 2 us", "5: host_wake: no mark" + marks},
	{5, "host_wake = 2 us #", "5: host_wake: no mark" + marks},
	{5, "host_wake = 2 us # guessed", `5: host_wake: "guessed" is no mark` + marks},
	{5, "host_wake = 2 us # X: e", `5: host_wake: "X: e" is no mark` + marks},
	{5, "host_wake = 2 us # SD: e", `5: host_wake: "SD: e" is no mark` + marks},
	{5, "host_wake = 2 us # A:  ", "5: host_wake: mark A without a source" + marks},
	// Topology.
	{15, "topology = shared # A: o", `15: topology: "shared" is no topology` + topologies},
	{15, "topology = shared:0 # A: o", `15: topology: "0" is out of range` + topologies},
	{15, "topology = shared:1025 # A: o", `15: topology: "1025" is out of range` + topologies},
	{15, "topology = shared: # A: o", `15: topology: "" is not a whole number` + topologies},
	// Engines.
	{18, "engine = c # A: r", "18: engine: 1 words instead of 4" + engineForm},
	{18, "engine = C class=CCS instance=1 queue=compute # A: r",
		`18: engine: "C" is no name` + engineForm},
	{18, "engine = " + strings.Repeat("c", 33) + " class=CCS instance=1 queue=compute # A: r",
		`18: engine: "` + strings.Repeat("c", 33) + `" is no name` + engineForm},
	{18, "engine = c queue=compute class=CCS instance=1 # A: r",
		`18: engine: "queue=compute" stands where class= is expected` + engineForm},
	{18, "engine = c class=XCS instance=1 queue=compute # A: r",
		`18: engine: "XCS" is no class` + engineForm},
	{18, "engine = c class=CCS instance=0 queue=compute # A: r",
		`18: engine: instance "0" is out of range` + engineForm},
	{18, "engine = c class=CCS instance=17 queue=compute # A: r",
		`18: engine: instance "17" is out of range` + engineForm},
	{18, "engine = c class=CCS instance=one queue=compute # A: r",
		`18: engine: instance "one" is not a whole number` + engineForm},
	{18, "engine = c class=CCS instance=1 queue=copy # A: r",
		`18: engine: "copy" is no firmware queue` + engineForm},
	{18, "engine = v class=CCS instance=1 queue=compute # A: r",
		"18: engine: there is an engine v already" + engineForm},
	{18, "engine = c class=RCS instance=1 queue=vertex # A: r",
		"18: engine: engine v is the vertex engine of RCS1 already" + engineForm},
	{18, "engine = c class=CCS instance=2 queue=compute # A: r",
		"18: engine c: CCS2 without CCS1; permitted: instances of a class from 1 on, without gaps"},
	{18, "engine = c class=CCS instance=1 queue=vertex # A: r", "18: engine c: class CCS on the " +
		"vertex queue; permitted: RCS on the vertex and the fragment queue, every other class on the " +
		"compute queue"},
	{18, "engine = c class=RCS instance=2 queue=compute # A: r", "18: engine c: class RCS on the " +
		"compute queue; permitted: RCS on the vertex and the fragment queue, every other class on " +
		"the compute queue"},
	{17, "# no fragment engine", "16: engine v: RCS1 has no fragment engine; permitted: a vertex " +
		"and a fragment engine for each RCS instance"},
	{16, "# no vertex engine", "17: engine f: RCS1 has no vertex engine; permitted: a vertex " +
		"and a fragment engine for each RCS instance"},
}

// breakLine returns the small profile with one line broken.
func breakLine(at int, line string) []string {
	lines := slices.Clone(small)
	if at == 0 {
		return append(lines, line)
	}
	lines[at-1] = line
	return lines
}

func TestBrokenLines(t *testing.T) {
	for _, b := range broken {
		p, err := parse(breakLine(b.at, b.line))
		checkBroken(t, b.line, p, err, b.want)
	}
}

func checkBroken(t *testing.T, what string, p *profile.Profile, err error, want string) {
	t.Helper()
	if len(what) > 60 {
		what = what[:60] + "..."
	}
	var e *profile.Error
	if want = "dir/x.profile:" + want; err == nil || err.Error() != want || p != nil {
		t.Errorf("%q gives\n%v, want\n%s", what, err, want)
	} else if !errors.As(err, &e) || e.File != "dir/x.profile" ||
		!strings.HasPrefix(want, fmt.Sprintf("dir/x.profile:%d: ", e.Line)) {
		t.Errorf("%q gives %#v", what, err)
	}
}

func TestBrokenFiles(t *testing.T) {
	all := strings.TrimPrefix(allKeys, "; permitted: ")
	rest := "shape, topology, event_slots, vm_slots, channel, notify, vm_rebind, channel_poll, " +
		"vertex_share, contention, pstates, pstate_sample, pstate_target, timeslice, preempt, " +
		"switch_cost, timeout, on_timeout, reset, halt, recover_channel, engine"
	many := slices.Clone(small)
	for i := range 30 {
		many = append(many, fmt.Sprintf("engine = e%d class=%s instance=%d queue=compute # A: x",
			i, []string{"VCS", "BCS"}[i/15], i%15+1))
	}
	for _, b := range []struct{ what, text, want string }{
		{"nothing", "", "1: the file ends without " + all + "; permitted: no key is left out"},
		{"notes alone", "# a\n\n# b\n",
			"3: the file ends without " + all + "; permitted: no key is left out"},
		{"truncated", strings.Join(small[:13], "\n"),
			"13: the file ends without " + rest + "; permitted: no key is left out"},
		{"too large", strings.Repeat(strings.Repeat("#", 1023)+"\n", 1024) + "#",
			"1025: the file goes on; permitted: at most 1048576 bytes"},
		{"too many engines", strings.Join(many, "\n"),
			"67: engine: more than 32 engines" + engineForm},
	} {
		p, err := profile.Parse("dir/x.profile", strings.NewReader(b.text))
		checkBroken(t, b.what, p, err, b.want)
	}
}

// TestLimitsAreReached has each limit at its last permitted value.
func TestLimitsAreReached(t *testing.T) {
	for _, b := range []struct {
		at   int
		line string
	}{
		{1, "slots = 2 # S: a"}, {1, "slots = 32768 # S: a"},
		{2, "buffer = 1 # S: a"}, {2, "buffer = 32768 # S: a"},
		{3, "ring = 8 # S: a"}, {3, "ring = 32769 # S: a"},
		{4, "submit_cost = 0 s # S: a"}, {4, "submit_cost = 10000000000 ns # S: a"},
		{14, "vertex_share = 1 ppm # S: a"}, {15, "topology = shared:1 # S: a"},
		{20, "event_slots = 3 # S: a"}, {21, "vm_slots = 65536 # S: a"}, {22, "channel = 1 # S: a"},
		{26, "contention = 1000000 ppm # S: a"}, {27, "pstates = 10000000 kHz # S: a"},
		{27, "pstates = 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16 kHz # S: a"},
		{31, "preempt = vertex,fragment,compute,ring # S: a"}, {33, "timeout = 1000 s # S: a"},
		{0, "#" + strings.Repeat("x", 4095)},
		{18, "engine = " + strings.Repeat("c", 32) + " class=CCS instance=1 queue=compute # A: r"},
	} {
		if _, err := parse(breakLine(b.at, b.line)); err != nil {
			t.Errorf("%.60q: %v", b.line, err)
		}
	}
	large := strings.Join(small, "\n") + "\n"
	large += strings.Repeat("#\n", (profile.MaxFile-len(large))/2)
	large += strings.Repeat("\n", profile.MaxFile-len(large))
	if _, err := profile.Parse("x", strings.NewReader(large)); err != nil {
		t.Errorf("%d bytes: %v", len(large), err)
	}
}

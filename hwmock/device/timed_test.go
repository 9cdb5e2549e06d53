package device_test

import (
	"slices"
	"strings"
	"testing"

	"credence/core/fence"
	"credence/hwmock/device"
)

// TestParseFaults reads what -faults takes, and says what is wrong with it.
func TestParseFaults(t *testing.T) {
	f := device.Faults{Seed: 3}
	if err := f.Parse("hang@20ms,mmu-fault=7,crash@1us,delay=2ms,seed=9,hang=1000000"); err != nil {
		t.Fatal(err)
	}
	want := []device.TimedFault{{At: 1000, Kind: device.Crash}, {At: 20_000_000, Kind: device.Hang}}
	if !slices.Equal(f.Timed, want) || f.Seed != 9 || f.Delay != 2*fence.Millisecond ||
		f.Rate[device.MMUFault] != 7 || f.Rate[device.Hang] != 1_000_000 {
		t.Errorf("%+v", f)
	}
	for text, want := range map[string]string{
		"":                "want KIND=RATE, KIND@TIME, seed=N or delay=TIME",
		"hang":            "want KIND=RATE, KIND@TIME",
		"hung=3":          `no fault "hung"; there are hang, mmu-fault`,
		"hung@3ms":        `no fault "hung"; there are hang, mmu-fault`,
		"hang=0":          "want a rate of 1 to 1000000 per million opportunities",
		"hang=1000001":    "want a rate of 1 to 1000000",
		"hang@0s":         "want a time with its unit, above 0",
		"hang@3":          "want a time with its unit",
		"seed=-1":         "want an integer of 0 to 18446744073709551615",
		"delay=-1s":       "want a time with its unit",
		"hang=1,,crash=1": "want KIND=RATE",
		strings.Repeat("hang@1s,", device.MaxTimed) + "hang@1s": "more than 1024 faults",
	} {
		f := device.Faults{}
		if err := f.Parse(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40q: %v, want %q", text, err, want)
		}
	}
}

// TestTimedFaults happen at the first opportunity from their instants on, each once.
func TestTimedFaults(t *testing.T) {
	p := testProfile()
	p.Halt, p.RecoverChannel, p.HostWake = halt, mend, 70_000_000
	f := &device.Faults{}
	if err := f.Parse("duplicate-interrupt@3ms,duplicate-interrupt@1ms,duplicate-interrupt@2ms"); err != nil {
		t.Fatal(err)
	}
	m := newMachineWith(t, p, 0, f)
	q := m.NewQueue()
	var counts []int
	until := func(at fence.Time) {
		for m.events.Step(at) {
		}
		m.events.AdvanceTo(at)
	}
	for _, at := range []fence.Time{500_000, 1_500_000, 1_700_000, 4_000_000, 4_200_000, 4_400_000} {
		until(at)
		m.run(q, work(device.Compute, only(ccs), 1))
		until(at + 100_000)
		counts = append(counts, m.FaultCount(device.DuplicateInterrupt))
	}
	if want := []int{0, 1, 1, 2, 3, 3}; !slices.Equal(counts, want) {
		t.Errorf("after each job: %v faults, want %v", counts, want)
	}
	m.settle()
}

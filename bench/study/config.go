package study

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"credence/bench/sim"
	"credence/core/fence"
	"credence/core/sched"
	"credence/hwmock/gen"
	"credence/hwmock/profile"
)

// Workloads is the folder of the default workload files, from the module's root.
const Workloads = "bench/workloads"

// workloadFiles are those of Workloads, by name: all that it has, as a test holds.
var workloadFiles = []string{
	"barrier-heavy", "burst", "game60", "hog", "interactive", "media", "saturate", "vr90",
}

// Default is the study of all devices, the workload files of the project, and the
// generators.
func Default() Config {
	c := Config{
		Devices: profile.Names(), Queues: []int{1, 4, 16, 64}, Policy: sched.FIFO,
		Time: 200 * fence.Millisecond, Seed: 1,
	}
	for _, name := range workloadFiles {
		c.Works = append(c.Works, Workloads+"/"+name+sim.Suffix)
	}
	for _, name := range gen.Names() {
		c.Works = append(c.Works, gen.Prefix+name)
	}
	return c
}

// Quick is a study of the two devices that differ most, small enough for a test:
// the workloads that fill queues, for a short time.
func Quick() Config {
	return Config{
		Devices: []string{"apple-m1", "amdgpu-2017"}, Queues: []int{1, 8}, Policy: sched.FIFO,
		Works: []string{
			Workloads + "/barrier-heavy.wsim", Workloads + "/burst.wsim",
			Workloads + "/vr90.wsim", "gen:saturate",
		},
		Time: 40 * fence.Millisecond, Seed: 1,
	}
}

// Command returns the command line that makes the report again.
func (c *Config) Command() string {
	args := []string{"schedbench study"}
	base := Default()
	if quick := Quick(); c.equal(&quick) {
		base = quick
		args = append(args, "-quick")
	}
	if !slices.Equal(c.Devices, base.Devices) {
		args = append(args, "-device "+strings.Join(c.Devices, ","))
	}
	if !slices.Equal(c.Queues, base.Queues) {
		args = append(args, "-queues "+numbers(c.Queues))
	}
	if c.Policy != base.Policy {
		args = append(args, "-policy "+c.Policy.String())
	}
	if c.Time != base.Time {
		args = append(args, "-time "+time.Duration(c.Time).String())
	}
	if c.Seed != base.Seed {
		args = append(args, fmt.Sprintf("-seed %d", c.Seed))
	}
	if !slices.Equal(c.Works, base.Works) {
		args = append(args, c.Works...)
	}
	return strings.Join(args, " ")
}

// equal reports whether two studies are of the same.
func (c *Config) equal(x *Config) bool {
	return slices.Equal(c.Devices, x.Devices) && slices.Equal(c.Works, x.Works) &&
		slices.Equal(c.Queues, x.Queues) && c.Policy == x.Policy && c.Time == x.Time &&
		c.Seed == x.Seed
}

// numbers writes a list as flags have it.
func numbers(list []int) string { return strings.Join(texts(list), ",") }

func texts(list []int) []string {
	out := make([]string, len(list))
	for i, n := range list {
		out[i] = fmt.Sprint(n)
	}
	return out
}

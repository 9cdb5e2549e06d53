package study

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"credence/bench/slope"
	"credence/core/fence"
	"credence/core/sched"
)

// Flows that did the same share a cell, with the least and the most; what was not
// counted is no figure.
func TestInstructionsCell(t *testing.T) {
	defer func(was string) { counted = was }(counted)
	c := &Cell{Device: "d", Work: "w", Clients: 1, Queues: 2}
	counted = "# made by: nobody\n" + c.key("lanes") + " 667 1711 instr/job\n" +
		c.key("canrun") + " 667 1555 instr/job\n" + c.key("prepare") + " 667 1711 other/job\n" +
		c.key("count:126") + "0 1 5 instr/job\n"
	for flows, want := range map[string]string{"lanes": "1711", "lanes canrun": "1555-1711",
		"canrun lanes": "1555-1711", "prepare": "-", "lanes prepare": "-", "count:126": "-"} {
		if got := c.instrCell(strings.Fields(flows)); got != want {
			t.Errorf("%s: %q, want %q", flows, got, want)
		}
	}
}

// What is counted is of the core, is the same each time, and is found again.
func TestCountInstructions(t *testing.T) {
	valgrind, err := slope.Find()
	if err != nil {
		t.Skip(err)
	}
	if testing.Short() {
		t.Skip("it counts under cachegrind")
	}
	bin := filepath.Join(t.TempDir(), "schedbench")
	if out, err := exec.Command("go", "build", "-o", bin, "credence/bench/cmd/schedbench").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	config := small()
	config.Devices, config.Works, config.Queues = []string{"amdgpu-2017"}, []string{"gen:saturate"}, []int{1}
	config.Time = 2 * fence.Millisecond
	p := plan(t, config)
	var text bytes.Buffer
	c := Counting{Valgrind: valgrind, Program: bin}
	if err := p.CountInstructions(t.Context(), &text, c); err != nil {
		t.Fatal(err)
	}
	task := &p.tasks[0]
	for _, f := range Flows(task.profile) {
		// One credit a job is too little: the ring over-runs, and no job is done later.
		v, ok := find(text.String(), task.cell.key(f.String()))
		if want := f.Kind != sched.FlowCreditsJob; ok != want || ok && (v < 200 || v > 20_000) {
			t.Errorf("%s: %d instructions a job, %t", f, v, ok)
		}
	}
	const flow = "lanes"
	ir, jobs, err := p.count(t.Context(), &c, task, flow, config.Time)
	again, more, errAgain := p.count(t.Context(), &c, task, flow, config.Time)
	if err != nil || errAgain != nil || ir != again || jobs != more || jobs == 0 {
		t.Errorf("%d instructions of %d jobs, then %d of %d: %v %v", ir, jobs, again, more, err, errAgain)
	}
	c.Program = os.DevNull
	if err := p.CountInstructions(t.Context(), &text, c); err == nil {
		t.Error("a program that is none was counted")
	}
}

package trace_test

import (
	"errors"
	"io/fs"
	"path/filepath"
	"testing"

	"credence/hwmock/trace"
)

// readShared reads a file of the recorded desktop, or skips the test.
func readShared(t *testing.T, name string) *trace.Trace {
	t.Helper()
	path := filepath.Join("../../../shared/data/traces", name)
	tr, err := trace.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		t.Skipf("there is no %s", path)
	} else if err != nil {
		t.Fatal(err)
	}
	return tr
}

// TestTextAndTableOfOneRecording: the events of a recording and the table that
// was made of them have the same jobs at the same instants.
func TestTextAndTableOfOneRecording(t *testing.T) {
	text, table := readShared(t, "amdgpu_events.txt"), readShared(t, "amdgpu_jobs.csv")
	if text.Table || !table.Table || text.Problems.Total() != 0 || table.Problems.Total() != 0 {
		t.Fatalf("tables %t, %t; problems %v %v", text.Table, table.Table, text.Problems.First,
			table.Problems.First)
	}
	if n := text.Events + text.Others; n != text.Lines || text.Events < 1500 {
		t.Errorf("%d events and %d others of %d lines", text.Events, text.Others, text.Lines)
	}
	byID := map[uint64]trace.Job{}
	for _, j := range text.Jobs {
		byID[j.ID] = j
	}
	if n := table.Complete(); n != 320 || len(table.Jobs) != 322 {
		t.Fatalf("the table has %d jobs, %d of them complete", len(table.Jobs), n)
	}
	first := table.Jobs[0]
	offset, same := byID[first.ID].Submit-first.Submit, 0
	for _, j := range table.Jobs {
		o, ok := byID[j.ID]
		if !j.Complete() || !o.Complete() {
			continue
		}
		same++
		if !ok || o.Submit-offset != j.Submit || o.Run-offset != j.Run || o.End-offset != j.End ||
			o.Done != j.Done || o.Ring != j.Ring || o.Comm != j.Comm || o.PID != j.PID ||
			o.NumIBs != j.NumIBs {
			t.Errorf("job %d: text %+v, table %+v", j.ID, o, j)
		}
		if o.CPU == trace.NoCPU || o.RunCPU == trace.NoCPU || j.CPU != trace.NoCPU {
			t.Errorf("job %d: processors %d, %d, and %d in the table", j.ID, o.CPU, o.RunCPU, j.CPU)
		}
	}
	if same != 318 { // the text ends before the last two are done
		t.Errorf("%d jobs are complete in both", same)
	}
}

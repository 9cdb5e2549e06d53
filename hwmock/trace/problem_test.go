package trace_test

import (
	"bytes"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"credence/core/fence"
	"credence/hwmock/trace"
)

// good is a job, with its instants in microseconds of second 5.
func good(seqno, submit, run, end int) string {
	const form = "a-1 [000] 5.%06d: drm_sched_job_%s: "
	const fields = "dev=d, fence=1:%d, ring=r, job count:0, hw job count:0, client_id:0\n"
	return fmt.Sprintf(form+fields, submit, "queue", seqno) +
		fmt.Sprintf(form+fields, run, "run", seqno) +
		fmt.Sprintf(form+"fence=1:%d signaled\n", end, "done", seqno)
}

// TestProblemsAreReportedAndTheRestWorks: one bad line between good ones.
func TestProblemsAreReportedAndTheRestWorks(t *testing.T) {
	const queue = "a-1 [000] 5.000003: drm_sched_job_queue: "
	for _, c := range []struct {
		line  string
		class trace.Class
		want  string // "" if nothing is wrong
	}{
		{"", 0, ""},
		{"# a note", 0, ""},
		{"CPU 3 is empty", 0, ""},
		{"##### CPU 2 buffer started ####", 0, ""},
		{"CPU:2 [LOST 17 EVENTS]", trace.Lost, `events are lost here: jobs near it are incomplete: ` +
			`"CPU:2 [LOST 17 EVENTS]"`},
		{"hello", trace.Broken, `is no line of a trace: skipped: "hello"`},
		{"a [000] 5.000003: e: m", trace.Broken, "has no thread and number before the processor: " +
			`skipped: "a [000] 5.000003: e: m"`},
		{"a-1 [000] 5.0000031234: e: m", trace.Broken, "is no line of a trace"},
		{"a-1 [99999] 5.000003: e: m", trace.Broken, "is no line of a trace"},
		{"a-1 [000] 99999999999.000003: e: m", trace.Broken, "is no line of a trace"},
		{"a-9999999999 [000] 5.000003: e: m", trace.Broken, "has no thread"},
		{"a-1 [000] 5.000003: drm_sched_job", trace.Broken, "is no line of a trace"},
		{queue + "dev=d, fence=1:", trace.Broken, `fence "1:", which is not context:seqno`},
		{queue + "dev=d, fence=xyz, ring=r", trace.Broken, `fence "xyz", neither context:seqno nor`},
		{queue + "dev=d, ring=r", trace.Broken, "drm_sched_job_queue has no fence: skipped"},
		{queue + "dev=d, fence=1:9", trace.Broken, "drm_sched_job_queue has no ring: skipped"},
		{queue + "fence=1:9, ring=" + strings.Repeat("x", 65), trace.Broken, "longer than 64 bytes"},
		{queue + "fence=1:9, ring=r, id=-1", trace.Broken, `id="-1", which is no number of 0 to`},
		{"a-1 [000] 5.000003: amdgpu_cs_ioctl: timeline=r, context=1, seqno=2, num_ibs=4294967296",
			trace.Broken, "no number of 0 to 4294967295"},
		{"a-1 [000] 5.000003: drm_sched_job_add_dep: fence=1:9", trace.Broken, "waited for"},
		{"a-1 [000] 5.000003: drm_sched_job_wait_dep: job ring=r, id=1", trace.Broken, "waited for"},
		{strings.Repeat("y", 65) + "-1 [000] 5.000003: drm_sched_job_done: fence=1:1", trace.Broken,
			"thread's name of more than 64 bytes"},
		{"a-1 [000] 5.000001: e: m", trace.OutOfOrder, "is 1000 ns earlier than a line before it"},
		{"a-1 [000] 5.000002: drm_sched_job_queue: dev=d, fence=1:1, ring=r", trace.Repeated,
			"for the second time"},
		{strings.Repeat("z", trace.MaxLine+1), trace.TooLong, "is longer than 65536 bytes: skipped; " +
			`it begins "zzz`},
	} {
		tr := read(t, good(1, 0, 1, 2)+c.line+"\n"+good(2, 10, 11, 12))
		if got := tr.Complete(); got != 2 || len(tr.Jobs) != 2 || tr.Lines != 7 {
			t.Errorf("%.80q: %d complete, %d lines, jobs\n%s", c.line, got, tr.Lines, show(tr.Jobs))
		}
		n := 0
		if c.want != "" {
			n = 1
		}
		if tr.Problems.Total() != n || tr.Problems.Of(c.class) != n || len(tr.Problems.First) != n {
			t.Errorf("%.80q: problems %v", c.line, tr.Problems.First)
			continue
		}
		if n == 1 {
			p := tr.Problems.First[0]
			if !strings.HasPrefix(p.Error(), "x.txt:4: ") || !strings.Contains(p.Msg, c.want) ||
				p.Class != c.class {
				t.Errorf("%.80q: %v, %v; want %v, %s", c.line, p.Class, p, c.class, c.want)
			}
		}
	}
}

// TestLinesInAnyOrder: blocks of lines of several processors, one after the
// other.
func TestLinesInAnyOrder(t *testing.T) {
	lines := strings.SplitAfter(good(1, 0, 1, 20)+good(2, 5, 21, 40)+good(3, 30, 41, 60), "\n")
	shuffled := lines[8] + lines[5] + lines[2] + lines[7] + lines[4] + lines[1] + lines[6] + lines[3] +
		lines[0]
	tr := read(t, shuffled)
	if tr.Complete() != 3 || tr.Problems.Of(trace.OutOfOrder) != 8 || tr.Jobs[0].Done.Seqno != 1 {
		t.Errorf("%d out of order, jobs\n%s", tr.Problems.Of(trace.OutOfOrder), show(tr.Jobs))
	}
}

// TestLongTraceIsInOrderWithinTheWindow: more events than are held back, each
// pair of lines swapped.
func TestLongTraceIsInOrderWithinTheWindow(t *testing.T) {
	const jobs = 3 * trace.Window
	var lines []string
	for i := range jobs {
		lines = append(lines, strings.SplitAfter(good(i, 3*i, 3*i+1, 3*i+2), "\n")[:3]...)
	}
	for i := 0; i+1 < len(lines); i += 2 {
		lines[i], lines[i+1] = lines[i+1], lines[i]
	}
	tr := read(t, strings.Join(lines, ""))
	if tr.Complete() != jobs || tr.Problems.Of(trace.OutOfOrder) != len(lines)/2 {
		t.Errorf("%d of %d jobs complete, %d lines out of order", tr.Complete(), jobs,
			tr.Problems.Of(trace.OutOfOrder))
	}
	for i, j := range tr.Jobs {
		if j.Done.Seqno != uint64(i) || j.Submit != fence.Time(5e9+3000*int64(i)) {
			t.Fatalf("job %d is %s", i, show(tr.Jobs[i:i+1]))
		}
	}
	if n := len(tr.Problems.First); n != trace.MaxProblems {
		t.Errorf("%d problems are kept", n)
	}
}

// TestTruncatedText: cut anywhere, what was complete before the cut still is.
func TestTruncatedText(t *testing.T) {
	text := good(1, 0, 1, 2) + good(2, 10, 11, 12)
	for n := range len(text) {
		tr := read(t, text[:n])
		full := 0
		if n >= len(good(1, 0, 1, 2))-len(" signaled\n") {
			full = 1
		}
		if n >= len(text)-len(" signaled\n") {
			full = 2
		}
		if got := tr.Complete(); got != full {
			t.Errorf("%d bytes: %d complete, want %d:\n%s", n, got, full, text[:n])
		}
	}
}

// TestErrorsOfReading are returned, with the place.
func TestErrorsOfReading(t *testing.T) {
	r := io.MultiReader(strings.NewReader(good(1, 0, 1, 2)), iotest.ErrReader(io.ErrUnexpectedEOF))
	_, err := trace.Read("x.txt", r)
	if err == nil || err.Error() != "x.txt:4: unexpected EOF" {
		t.Errorf("error %v", err)
	}
}

// endless is a line without an end, up to a number of bytes.
type endless int64

func (e *endless) Read(p []byte) (int, error) {
	if *e <= 0 {
		return 0, io.EOF
	}
	n := min(int(*e), len(p))
	copy(p, bytes.Repeat([]byte("a"), n))
	*e -= endless(n)
	return n, nil
}

// TestMemoryIsBounded: a line of 256 MiB costs no memory of that order.
func TestMemoryIsBounded(t *testing.T) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	e := endless(1 << 28)
	tr, err := trace.Read("x.txt", &e)
	runtime.ReadMemStats(&after)
	if err != nil || tr.Problems.Of(trace.TooLong) != 1 {
		t.Errorf("error %v, problems %v", err, tr.Problems.First)
	}
	if grown := int64(after.HeapSys) - int64(before.HeapSys); grown > 64<<20 {
		t.Errorf("the heap grew by %d MiB", grown>>20)
	}
}

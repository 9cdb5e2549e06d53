package trace_test

import (
	"fmt"
	"strings"
	"testing"

	"credence/hwmock/trace"
)

const head = "ring,ctx,seqno,sched_job,comm,pid,num_ibs,submit_us,run_us,done_us\n"

// TestTable, also with columns in another order, decimals and quotes.
func TestTable(t *testing.T) {
	want(t, head+"gfx,4929,3407,3490037,RenderThread,25155,3,2389,2409,7469\n\n"+
		"sdma1,73,703232,738305,?,0,1,,733677,733701\r\n",
		"/gfx id=3490037 fence=4929:3407 RenderThread-25155 cpu=-1/-1 ibs=3 client=0 "+
			"2389000 2409000 7469000 deps=[] line=2\n"+
			"/sdma1 id=738305 fence=73:703232 -0 cpu=-1/-1 ibs=1 client=0 "+
			"-1 733677000 733701000 deps=[] line=4\n")
	want(t, "cpu,done_us,run_us, submit_us,ring,comm,dev\n2,3.25,2.5,1,gfx,\"a,b\",0000:03:00.0",
		"0000:03:00.0/gfx id=0 fence=0:0 a,b-0 cpu=2/-1 ibs=0 client=0 1000 2500 3250 deps=[] line=2\n")
}

// TestProblemsOfTables: one bad row between good ones.
func TestProblemsOfTables(t *testing.T) {
	const row = "gfx,1,%d,1,a,1,1,%d,%d,%d\n"
	for _, c := range []struct {
		row   string
		class trace.Class
		want  string
	}{
		{"gfx,1,2", trace.Broken, "has 3 cells, the table has 10 columns: skipped"},
		{`gfx,1,2,3,"a,1,1,1,2,3`, trace.Broken, "is no row of a table: skipped"},
		{"gfx,1,2,3,a,1,1,x,2,3", trace.Broken, `submit_us is "x", which is no number of microseconds`},
		{"gfx,1,2,3,a,1,1,1,2,3.1234", trace.Broken, `done_us is "3.1234"`},
		{"gfx,1,2,3,a,1,1,1,-2,3", trace.Broken, `run_us is "-2"`},
		{"gfx,1,2,3,a,1,1,1,9223372036854776,3", trace.Broken, `run_us is "9223372036854776"`},
		{"gfx,1,2,3,a,1.5,1,1,2,3", trace.Broken, `pid is "1.5", which is no whole number of 0 to`},
		{"gfx,1,2,3," + strings.Repeat("x", 65) + ",1,1,1,2,3", trace.Broken, "comm is "},
		{strings.Repeat("x", trace.MaxLine+1), trace.TooLong, "is longer than 65536 bytes"},
	} {
		tr := read(t, head+fmt.Sprintf(row, 1, 10, 20, 30)+c.row+"\n"+fmt.Sprintf(row, 2, 11, 21, 31))
		if len(tr.Jobs) != 2 || tr.Complete() != 2 || tr.Events != 2 || !tr.Table {
			t.Errorf("%.60q: jobs\n%s", c.row, show(tr.Jobs))
		}
		if len(tr.Problems.First) != 1 || tr.Problems.Of(c.class) != 1 ||
			!strings.HasPrefix(tr.Problems.First[0].Error(), "x.txt:3: ") ||
			!strings.Contains(tr.Problems.First[0].Msg, c.want) {
			t.Errorf("%.60q: problems %v, want %s", c.row, tr.Problems.First, c.want)
		}
	}
}

// TestRowsOutOfOrder are put in order, and counted.
func TestRowsOutOfOrder(t *testing.T) {
	tr := read(t, "ring,submit_us,run_us,done_us\nb,5,6,7\na,1,2,3\n")
	if tr.Jobs[0].Ring != "a" || tr.Problems.Of(trace.OutOfOrder) != 1 || tr.Complete() != 2 {
		t.Errorf("problems %v, jobs\n%s", tr.Problems.First, show(tr.Jobs))
	}
}

// TestBrokenHead: without a column that is needed no row can be read.
func TestBrokenHead(t *testing.T) {
	tr := read(t, "ring,submit_us,done_us,colour\na,1,2,red\n")
	if len(tr.Jobs) != 0 || tr.Problems.Of(trace.Broken) != 2 ||
		!strings.Contains(tr.Problems.First[1].Error(), "x.txt:1: there is no column run_us") ||
		!strings.Contains(tr.Problems.First[0].Error(), `x.txt:1: column "colour" is unknown`) {
		t.Errorf("problems %v, jobs\n%s", tr.Problems.First, show(tr.Jobs))
	}
}

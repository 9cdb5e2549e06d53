package report_test

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"credence/bench/report"
)

// recorded is the folder of the recorded results.
var recorded = filepath.Join("..", "..", "results")

func config(results string) report.Config {
	return report.Config{
		Results: results, Workloads: filepath.Join("..", "workloads"), Traces: "report-traces",
	}
}

// rendered keeps the reports that were made: a folder's is always the same.
var rendered = map[string]*report.Report{}

// render makes the report of a folder that is without fault.
func render(t *testing.T, results string) *report.Report {
	t.Helper()
	if r := rendered[results]; r != nil {
		return r
	}
	r, err := report.Make(t.Context(), config(results))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range r.Problems {
		t.Error(p)
	}
	rendered[results] = r
	return r
}

// quick leaves the simulations out, which take most of the time.
func quick(t *testing.T, results string) *report.Report {
	t.Helper()
	c := config(results)
	c.Workloads = t.TempDir()
	r, err := report.Make(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestSameResultsSameBytes(t *testing.T) {
	dir := fullResults(t)
	a := render(t, dir)
	b, err := report.Make(t.Context(), config(dir))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(a.Page, b.Page) {
		t.Error("two pages differ")
	}
	if len(a.Traces) < 3 || len(a.Traces) != len(b.Traces) || len(a.Pictures) != len(b.Pictures) {
		t.Fatalf("%d and %d traces, %d and %d pictures", len(a.Traces), len(b.Traces),
			len(a.Pictures), len(b.Pictures))
	}
	for i := range a.Traces {
		if !bytes.Equal(a.Traces[i].Data, b.Traces[i].Data) {
			t.Errorf("%s differs", a.Traces[i].Name)
		}
	}
	for i := range a.Pictures {
		if !bytes.Equal(a.Pictures[i].Data, b.Pictures[i].Data) {
			t.Errorf("%s differs", a.Pictures[i].Name)
		}
	}
}

var tags = regexp.MustCompile(`(?s)<style>.*?</style>|<title.*?</title>|<desc.*?</desc>|<[^>]*>`)

// text is what a reader sees.
func text(page []byte) string {
	s := strings.NewReplacer("&#39;", "'", "&lt;", "<", "&gt;", ">", "&#34;", `"`, "&amp;", "&", "&#43;",
		"+").Replace(tags.ReplaceAllString(string(page), " "))
	return strings.Join(strings.Fields(s), " ")
}

// Every part says what its input bears out, good or bad.
func TestVerdicts(t *testing.T) {
	page := text(quick(t, fullResults(t)).Page)
	for _, want := range []string{
		"A number for each limit ( lanes ) never overflows the firmware 0 over-runs and 0 full rings in 4",
		"One credit a job ( credits-job:1280 ) does overflow it in 2 of 4 comparisons: 4 queues",
		"A job allocates nothing in 4 of 4 configurations",
		"Entities that have nothing to run cost a job nothing 1 of 1 counts",
		"Figures of virtual time repeat to the last digit 0 of 1 figures differ",
		"moves more words than xsync's 0.29× of its time, processors near",
		"better than the mean does in 1 of 2 partitions",
		"are decided by running code 2 of 2 claims: 1 refuted · 1 holds",
		"Every campaign that hides a planted bug found it 1 of 2 campaigns",
		"The last campaign found nothing in the core 1 finds",
		"Nothing regressed against the base REGRESSED 1",
		"No figure became worse little by little 1 rows drifted over 16 files; the worst, " +
			"SPSC/cap=1024/item=word, by +10 %",
		"however many entities idle beside it 1487 instructions with 1 entity, 1487 with 100k entities",
		"The heap does not grow with the number of jobs 0.00001 bytes a job over 10M jobs",
		"4 do not hold · 1 holds in part",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	if t.Failed() {
		_, verdicts, _ := strings.Cut(page, "Verdicts")
		t.Log(verdicts[:min(len(verdicts), 3000)])
	}
}

// Every verdict follows its figures: with others it does not hold.
func TestVerdictsCanFail(t *testing.T) {
	for _, c := range []struct{ file, from, to, want string }{
		{"flow-control.csv", "900000,0,1,2,4600000,4,5,0,0,", "900000,0,1,2,4600000,4,5,1,0,",
			"✗ A number for each limit"},
		{"flow-control.csv", ",5,2,0,", ",5,0,0,", "✗ One credit a job"},
		{"flow-control.csv", "1,2,4800000,4,5,0,", "1,2,4800000,4,5,3,", "✗ On apple-m1, one number"},
		{"scaling-2026-02-03.txt", "=one/entities=100 1 1487", "=one/entities=100 1 1488",
			"✗ A job costs the same"},
		{"scaling-2026-02-03.txt", "0.00001 grown", "0.5 grown", "✗ The heap does not grow"},
		{"instructions-2026-02-03.txt", "1.18       0", "1.18       1", "✗ A job allocates nothing in 3 of 4"},
		{"instructions-2026-02-03.txt", "idle      1418", "idle      1419", "✗ Entities that have nothing to"},
		{"2026-02-03-0123456789ab.txt", "BenchmarkScenario/work=vr90-2 1 1000 ns/op 270 jobs\n# st",
			"BenchmarkScenario/work=vr90-2 1 1000 ns/op 271 jobs\n# st", "✗ Figures of virtual time"},
		{"peers-2026-02-03.txt", "0.29 [0.23 0.35]", "1.29 [0.23 1.35]", "✗ Between two goroutines"},
		{"replay.md", "0.884 | 0.737", "0.737 | 0.884", "✗ The simulated device predicts"},
		{"claims.md", "refuted", "open", "◐ The claims of 2023 are decided by running code 1 of 2"},
		{"fuzz/ledger.jsonl", `"canary_seconds":null`, `"canary_seconds":2`, "✓ Every campaign that"},
		{"fuzz/ledger.jsonl", `["a-class-of-bugs-with-a-long-name"]`, "[]", "✓ The last campaign found"},
		{"compare-0123456789ab.json", `"exit": 1`, `"exit": 3`, "◐ Nothing regressed"},
		{"compare-0123456789ab.json", `"exit": 1`, `"exit": 0`, "✓ Nothing regressed"},
	} {
		dir := fullResults(t)
		change(t, filepath.Join(dir, filepath.FromSlash(c.file)), c.from, c.to)
		r := quick(t, dir)
		if page := text(r.Page); !strings.Contains(page, c.want) || len(r.Problems) > 0 {
			t.Errorf("%s with %q: no %q; %v", c.file, c.to, c.want, r.Problems)
		}
	}
}

// change replaces text in a file, or empties it.
func change(t *testing.T, path, from, to string) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	changed := []byte(nil)
	if from != "" {
		changed = bytes.ReplaceAll(data, []byte(from), []byte(to))
	}
	if bytes.Equal(changed, data) {
		t.Fatalf("%s: %q changes nothing", path, from)
	}
	if err := os.WriteFile(path, changed, 0o666); err != nil {
		t.Fatal(err)
	}
}

// A folder without anything gives a page that says how to make everything.
func TestAbsentPartsAreSaid(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "fuzz/ledger.jsonl", "") // as before its first campaign
	r := quick(t, dir)
	page := text(r.Page)
	const parts = 12
	if n := strings.Count(page, "Not measured yet."); n != parts || len(r.Problems) > 0 {
		t.Errorf("%d parts are said to be absent, of %d; %v", n, parts, r.Problems)
	}
	if n := strings.Count(page, "Make it with"); n != parts {
		t.Errorf("%d commands", n)
	}
}

// A history of one run is no trend, and one of too few has no change points.
func TestShortHistory(t *testing.T) {
	dir := t.TempDir()
	for i, want := range []string{
		"Not measured yet. No row is in 2 runs of the history, which a trend takes; it has 1 in all.",
		"Change points need 8 files, and there are 2",
	} {
		date := fmt.Sprintf("2026-01-%02d", i+1)
		put(t, dir, "history/"+date+".txt", hostFile(date, 1))
		if page := text(quick(t, dir).Page); !strings.Contains(page, want) {
			t.Errorf("%d runs: the page does not say %q", i+1, want)
		}
	}
}

// Damaged input is said where it belongs, with file, line and remedy; the rest of
// the page is there.
func TestDamagedInput(t *testing.T) {
	for _, c := range []struct{ file, from, to, want string }{
		{"flow-control.csv", "IdlePPM", "Idle", "flow-control.csv:2: there is no column IdlePPM; make"},
		{"flow-control.csv", ",600,", ",6x0,", `flow-control.csv:2: WakeUps is "6x0", no integer; make`},
		{"flow-control.csv", ",lanes,", ",trains,", "there is no row of lanes for burst, 1 queue; make"},
		{"flow-control.csv", "prepare,1000,", "prepare,1000,1,", "flow-control.csv:8: record on line 8"},
		{"flow-control.csv", "", "", "flow-control.csv:1: it has no header; make it again"},
		{"2026-02-03-0123456789ab.txt", "complete", "failed", ".txt:33: the run was not completed"},
		{"2026-02-03-0123456789ab.txt", " ns/op", "", ".txt:7: "},
		{"instructions-2026-02-03.txt", "1222        1.16       0", "", "instructions-2026-02-03.txt:3: 4 co"},
		{"instructions-2026-02-03.txt", "1418", "x", `03.txt:3: strconv.ParseFloat: parsing "x"`},
		{"instructions-2026-02-03.txt", "policy=", "p=", "instructions-2026-02-03.txt:1: it has no row"},
		{"peers-2026-02-03.txt", "[17.1 26.2]", "[17.1]", "peers-2026-02-03.txt:7: it is no row of its"},
		{"peers-2026-02-03.txt", "", "", "peers-2026-02-03.txt:1: it has no table; make it again: go run"},
		{"replay.md", "0.884", "much", "replay.md:5: an error is no number; write it as in 0.635"},
		{"replay.md", "|---|---|---|---|", "", "replay.md:1: it has no table"},
		{"claims.md", "| none |", "|", `claims.md:14: the row has 3 cells, its table 4 columns; write a p`},
		{"claims.md", "| --- | --- | --- | --- |", "", "claims.md:1: it has no table; make it again"},
		{"fuzz/ledger.jsonl", `"engine":"go-fuzz"`, `"engine":7`, "ledger.jsonl:3: json: cannot"},
		{"fuzz/ledger.jsonl", `"engine":"go-fuzz",`, "", "ledger.jsonl:3: a campaign without an engine"},
		{"gate-power/table.md", "| trials", "trials", "table.md:1: it has no table; make it again"},
		{"compare-0123456789ab.json", `"change": 0.001`, `"change" 0.001`, "0123456789ab.json:6: it is no verd"},
		{"scaling-2026-02-03.txt", "=", ":", "scaling-2026-02-03.txt:1: no row has a number"},
		{"scaling-2026-02-03.txt", "# status: complete", "# partly", "it ends neither in a status"},
		{"history/2026-01-03-0123456789ab.txt", "# date", "# day", "it has no line # date:"},
	} {
		dir := fullResults(t)
		change(t, filepath.Join(dir, filepath.FromSlash(c.file)), c.from, c.to)
		r := quick(t, dir)
		if len(r.Problems) != 1 || !strings.Contains(r.Problems[0].Error(), c.want) ||
			!strings.Contains(r.Problems[0].Error(), "; ") {
			t.Errorf("%s: %q, want %q", c.file, r.Problems, c.want)
			continue
		}
		page := text(r.Page)
		if !strings.Contains(page, "This input cannot be read. "+r.Problems[0].Error()) {
			t.Errorf("%s: the page does not say %q", c.file, r.Problems[0])
		}
		if strings.Count(page, "This input cannot be read.") != 1 {
			t.Errorf("%s: more than one part is damaged", c.file)
		}
	}
}

// What stands in the results is text, whatever it looks like.
func TestResultsAreNoMarkup(t *testing.T) {
	page := string(quick(t, fullResults(t)).Page)
	if !strings.Contains(page, "&lt;script&gt;alert(1)&lt;/script&gt;") || strings.Contains(page, "<script") {
		t.Error("a claim's text is markup")
	}
	for _, outside := range []string{`src="http`, `href="http`, "url(", "@import"} {
		if strings.Contains(page, outside) {
			t.Errorf("the page has %s", outside)
		}
	}
}

var (
	links = regexp.MustCompile(`href="#([^"]*)"`)
	ids   = regexp.MustCompile(` id="([^"]*)"`)
)

// Every link leads somewhere, no name is there twice, and every picture has a title
// and a description.
func TestPageIsWhole(t *testing.T) {
	r := render(t, recorded)
	seen := map[string]bool{}
	for _, m := range ids.FindAllSubmatch(r.Page, -1) {
		if seen[string(m[1])] {
			t.Errorf("id %s is there twice", m[1])
		}
		seen[string(m[1])] = true
	}
	for _, m := range links.FindAllSubmatch(r.Page, -1) {
		if !seen[string(m[1])] {
			t.Errorf("#%s leads nowhere", m[1])
		}
	}
	charts := bytes.Count(r.Page, []byte(`<svg class="chart"`))
	if n := bytes.Count(r.Page, []byte("</desc>")); charts < 20 || n != charts {
		t.Errorf("%d pictures, %d descriptions", charts, n)
	}
	for _, x := range r.Traces {
		if !bytes.Contains(r.Page, []byte(`href="report-traces/`+x.Name+`"`)) {
			t.Errorf("no link to %s", x.Name)
		}
	}
}

// A picture is well-formed XML and as large as it says.
func TestPicturesAreXML(t *testing.T) {
	for _, p := range render(t, recorded).Pictures {
		d := xml.NewDecoder(bytes.NewReader(p.Data))
		n := 0
		for {
			token, err := d.Token()
			if errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatalf("%s: %v", p.Name, err)
			}
			if _, ok := token.(xml.StartElement); ok {
				n++
			}
		}
		if n < 20 || bytes.Contains(p.Data, []byte("#01FE")) || bytes.Contains(p.Data, []byte("var(")) {
			t.Errorf("%s has %d elements, or colours that are none", p.Name, n)
		}
	}
}

// The trace that a percentile leads to is of that job: it ends where the job is
// freed, and has it.
func TestTraceHasItsJob(t *testing.T) {
	r := render(t, recorded)
	name := regexp.MustCompile(`-job-([0-9]+)\.pftrace$`)
	for _, x := range r.Traces {
		job := name.FindStringSubmatch(x.Name)
		if job == nil {
			t.Errorf("%s names no job", x.Name)
			continue
		}
		if !bytes.Contains(x.Data, []byte("done job "+job[1])) {
			t.Errorf("%s does not end job %s", x.Name, job[1])
		}
	}
}

func TestMakeRefuses(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "nothing")
	if _, err := report.Make(t.Context(), config(missing)); err == nil ||
		!strings.Contains(err.Error(), "there is no such folder; name one with -results") {
		t.Errorf("missing folder: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := report.Make(ctx, config(recorded)); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

package report_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// fullResults writes a folder of results in which every part of the report has
// something to show, with long names, and returns it.
func fullResults(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"flow-control.csv":            flowCSV(),
		"2026-02-03-0123456789ab.txt": hostFile("2026-02-03", 1),
		"instructions-2026-02-03.txt": instructionsFile,
		"peers-2026-02-03.txt":        peersFile,
		"replay.md":                   replayFile,
		"claims.md":                   claimsFile,
		"fuzz/ledger.jsonl":           ledgerFile,
		"gate-power/table.md":         powerFile,
		"compare-0123456789ab.json":   compareFile,
		"scaling-2026-02-03.txt":      scalingFile(),
	} {
		put(t, dir, name, text)
	}
	for i := range historyFiles {
		date := fmt.Sprintf("2026-01-%02d", i+1)
		put(t, dir, "history/"+date+"-0123456789ab.txt",
			hostFile(date, 1+float64(2*i/historyFiles)/10))
	}
	return dir
}

// historyFiles is how many files the history has: as many as a step takes to be
// significant.
const historyFiles = 16

// put writes a file of the results.
func put(t *testing.T, dir, name, text string) {
	t.Helper()
	path := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}

// flowCSV has two devices; credits-job over-runs on the first, credits-max does
// less there.
func flowCSV() string {
	var b strings.Builder
	b.WriteString("Device,Work,Clients,Queues,CannotDiffer,Flow,Jobs,Failed,BusyPPM,IdlePPM,P50,P90,P99," +
		"P999,Max,Overruns,RingFull,Stalls,WakeUps,Spurious,InVain,JainPPM,Wait,History\n")
	for _, device := range []string{"apple-m1", "amdgpu-2017"} {
		for i, work := range []string{"burst", "a-workload-with-a-rather-long-name:every=1000"} {
			for k, flow := range []string{"count:126", "credits-job:1280", "credits-max:126",
				"credits-sum:126", "lanes", "canrun", "prepare"} {
				busy, over, history := 900000, 0, 7
				if device == "apple-m1" && k < 4 {
					busy, history = 700000+10000*(k+i)-k%2*50000, 8+k
				}
				if device == "apple-m1" && k == 1 {
					over = 2
				}
				if flow == "count:126" {
					busy, history = 720000+10000*i, 10
				}
				fmt.Fprintf(&b, "%s,%s,1,%d,false,%s,1000,0,%d,%d,1,2,%d,4,5,%d,0,0,600,10,8,1000000,0,%d\n",
					device, work, 1+3*i, flow, busy, 900000-busy, 5000000-k*100000, over, history)
			}
		}
	}
	return b.String()
}

// hostFile has rows of six samples; the time of a push is factor times as long.
func hostFile(date string, factor float64) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# date: %sT00:30:00Z\n# commit: 0123456789ab\ngoos: linux\ngoarch: amd64\n"+
		"cpu: A Processor\npkg: credence/bench/micro\n", date)
	const rounds, rows = 6, 4
	for i := range rounds {
		noise := 1 + float64(i*i%5)/100
		fmt.Fprintf(&b, "BenchmarkSPSC/cap=1024/item=word-2 1000000 %.4f ns/op\n", 6*noise*factor)
		fmt.Fprintf(&b, "BenchmarkSPSC/cap=65536/item=a-struct-of-sixty-four-bytes/regime=smt-2 1000 %.4f ns/op\n",
			600*noise)
		fmt.Fprintf(&b, "BenchmarkFence-2 1000000 %.4f ns/op\n", 12*noise)
	}
	b.WriteString("pkg: credence/bench/scenario\nUnit jobs assume=exact better=higher\n")
	for range rounds {
		b.WriteString("BenchmarkScenario/work=vr90-2 1 1000 ns/op 270 jobs\n")
	}
	fmt.Fprintf(&b, "# status: complete, %d rounds, %d samples\n", rounds, rounds*rows)
	return b.String()
}

// scalingFile has two curves over entities and one over jobs.
func scalingFile() string {
	var b strings.Builder
	b.WriteString("# date: 2026-02-03T00:30:00Z\ngoos: linux\ngoarch: amd64\npkg: credence/bench/micro\n")
	n := 0
	for e := 1; e <= 100000; e *= 10 {
		for _, policy := range []string{"fifo", "fair"} {
			fmt.Fprintf(&b, "BenchmarkScale/policy=%s/flow=lanes/busy=all/entities=%d 1 %d instr/job "+
				"%d B/entity\n", policy, e, 1400+len(policy)*n, 1200+1000/e)
			n++
		}
		fmt.Fprintf(&b, "BenchmarkScale/policy=fair/flow=lanes/busy=one/entities=%d 1 1487 instr/job\n", e)
		n++
	}
	for jobs := 1000; jobs <= 10_000_000; jobs *= 10 {
		fmt.Fprintf(&b, "BenchmarkScale/policy=fair/flow=lanes/busy=all/entities=100/jobs=%d 1 1500 instr/job "+
			"%.5f grown-B/job\n", jobs, 100/float64(jobs))
		n++
	}
	fmt.Fprintf(&b, "# status: complete, 1 rounds, %d samples\n", n)
	return b.String()
}

const instructionsFile = `# scripts/instructions, 2026-02-03
instructions a job                                        all  core  rest  kernel  all/kernel  allocs
policy=fifo/flow=credits:126/busy=1/rest=none            1418  1243   175    1222        1.16       0
policy=fifo/flow=lanes/busy=4096/rest=none               1949  1774   175       -           -       0
policy=fair/flow=credits:126/busy=1/rest=none            1498  1319   179    1265        1.18       0
policy=fifo/flow=credits:126/busy=1/rest=65535-idle      1418  1243   175       -           -       0
`

const peersFile = `10 samples of about 20ms in 1m50s

smt: regime not seen (5 samples of a row at most, 10 needed)

Throughput, near (raw round trip 90-260 ns): ns per item from one goroutine to another; median [quartiles]
  row                    impl      ns                n   x raw                   x xsync
  slots=128/item=word    credence  21.9 [17.1 26.2]  79  0.20 [0.15 0.24]        0.29 [0.23 0.35]
  slots=128/item=word    xsync     74.5 [69.6 79.2]  77  0.67 [0.63 0.70]        1.00 [0.93 1.06]

PushPop, near (raw round trip 90-260 ns): ns per push and pop on one goroutine; median [quartiles]
  row        impl      ns                n   x raw                   x xsync
  item=word  credence  6.08 [5.96 6.15]  78  0.0533 [0.0522 0.0563]  1.20 [1.18 1.21]
`

const replayFile = `# Replay

| fitted to jobs | judged | naive, events | replay, events |
|---|---|---|---|
| 1..64 | those after | 0.884 | 0.737 |
| 1..160 | those after | 0.704 | **0.735** |
`

const claimsFile = "# Claims\n\n```\n| no | table |\n| --- | --- |\n| 1 |\n```\n\n## The table\n\n| claim | of | verdict | command |\n| --- | --- | --- | --- |\n" +
	"| a job may wait for a `sleep` | somebody | refuted | `schedfuzz explore 'a \\| b'` |\n" +
	"| <script>alert(1)</script> | [somebody](http://127.0.0.1:9/) | holds | none |\n"

const ledgerFile = `{"start":"2026-02-01T00:00:00Z","commit":"0123456789ab+","engine":"stress -race -noise","seconds":7,"programs":9,"operations":9,"finds":[],"canary_seconds":null,"edges":null}
{"start":"2026-02-03T00:00:00Z","commit":"0123456789ab","engine":"own","seed":1,"seconds":28800,"programs":1000000,"operations":50000000,"jobs":9,"finds":[],"canary_seconds":1.25}
{"start":"2026-02-04T00:00:00Z","commit":"0123456789ab","engine":"go-fuzz","seconds":60,"programs":10,"operations":50,"finds":["a-class-of-bugs-with-a-long-name"],"canary_seconds":null,"edges":2211}
`

const powerFile = `# How good the gate is

| trials | what | asked | of | share |
| --- | --- | ---: | ---: | ---: |
| aa | the same code, linked anew | alarms 0 | 40 | 0.0 % |
`

const compareFile = `{"verdict": "REGRESSED 1 · improved 0 · same 1 · inconclusive 0", "exit": 1, "base": "aaaa", "head": "bbbb",
"rows": [
{"outcome": "regressed", "gated": true, "kind": "host", "benchmark": "SPSC/cap=1024/item=word", "unit": "sec/op",
 "change": 0.051, "lo": 0.043, "hi": 0.06, "p": 0.001, "floor": 0.01, "limit": 0.02, "why": ""},
{"outcome": "same", "gated": true, "kind": "host", "benchmark": "Fence", "unit": "sec/op",
 "change": 0.001, "lo": -0.004, "hi": 0.006, "p": 0.7, "floor": 0.01, "limit": 0.02, "why": ""}],
"notes": ["one machine"]}
`

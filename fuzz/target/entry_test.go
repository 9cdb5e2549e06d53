package target_test

import (
	"bytes"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"credence/fuzz/target"
)

// fuzz is the body of a target over *testing.F.
func fuzz(f *testing.F, name string, seeds ...[]byte) {
	for _, s := range seeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if _, finding := target.Enter(name, data); finding != nil {
			t.Fatal(finding)
		}
	})
}

func FuzzCore(f *testing.F) {
	var seeds [][]byte
	for i, s := range recorded(f) {
		if i%16 == 0 {
			seeds = append(seeds, s.program.Encode())
		}
	}
	fuzz(f, "Core", seeds...)
}

func FuzzSpsc(f *testing.F)   { fuzz(f, "Spsc", operations(1), operations(2)) }
func FuzzCredit(f *testing.F) { fuzz(f, "Credit", operations(1), operations(2)) }
func FuzzFence(f *testing.F)  { fuzz(f, "Fence", operations(1), operations(2)) }

func FuzzProfile(f *testing.F) {
	fuzz(f, "Profile", texts(f, "../../hwmock/profile/*.profile")...)
}

func FuzzProgram(f *testing.F) { fuzz(f, "Program", texts(f, "../testdata/*.txt")...) }

func FuzzTimeline(f *testing.F) {
	fuzz(f, "Timeline", []byte("ring,submit_us,run_us,done_us\ngfx,2389,2409,7469\n"),
		[]byte("cpus=4\na-1 [000] 1.000000: amdgpu_cs_ioctl: sched_job=1, timeline=g, context=5, seqno=6\n"+
			"a-1 [000] 2.000000: dma_fence_signaled: driver=d timeline=g context=5 seqno=6\n"))
}

func FuzzWsim(f *testing.F) {
	seeds := texts(f, "../../bench/workloads/*.wsim")
	for _, text := range []string{
		"1.VCS.500-1000.0.0,1.RCS.2500.-1/f-1.1\n", "P.1.-1\nX.1.100\nM.1.VCS\nB.1",
		"w.1.4n16.0\n", "f\n1.RCS.*.f-1.0\na.-2\n", "\xef\xbb\xbf1.RCS.1.0.0\r\n",
	} {
		seeds = append(seeds, []byte(text))
	}
	fuzz(f, "Wsim", seeds...)
}

// operations returns random operations for a part of the core.
func operations(seed uint64) []byte {
	r := rand.New(rand.NewPCG(seed, 7))
	b := make([]byte, 1+r.IntN(400))
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}

func texts(tb testing.TB, pattern string) (list [][]byte) {
	tb.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		tb.Fatalf("%d files %s, %v", len(files), pattern, err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			tb.Fatal(err)
		}
		list = append(list, text)
	}
	return list
}

// Parts of the core do what plain lists and numbers beside them do.
func TestPartsBreakNoRule(t *testing.T) {
	for _, e := range []target.Entry{
		{Name: "spsc", Run: target.Spsc}, {Name: "credit", Run: target.Credit},
		{Name: "fence", Run: target.Fence},
	} {
		busy := 0
		for seed := range uint64(3000) {
			ok, f := e.Run(operations(seed))
			if f != nil {
				t.Fatalf("%s, seed %d: %s", e.Name, seed, f)
			}
			if ok {
				busy++
			}
		}
		if busy < 2000 {
			t.Errorf("%d of 3000 inputs of %s do something", busy, e.Name)
		}
	}
}

// Parsers understand what they are for, and print it.
func TestParsersUnderstandTheirFiles(t *testing.T) {
	for _, c := range []struct {
		run     func([]byte) (bool, *target.Finding)
		pattern string
	}{
		{target.Wsim, "../../bench/workloads/*.wsim"},
		{target.Profile, "../../hwmock/profile/*.profile"},
		{target.Program, "../testdata/*.txt"},
	} {
		for i, text := range texts(t, c.pattern) {
			if ok, f := c.run(text); !ok || f != nil {
				t.Errorf("file %d of %s: understood %t, %v", i, c.pattern, ok, f)
			}
		}
	}
}

func TestCorpusFilesConvert(t *testing.T) {
	for seed := range uint64(200) {
		data := operations(seed)
		got, err := target.FromNative(target.Native(data))
		if err != nil || !bytes.Equal(got, data) {
			t.Fatalf("%x comes back as %x, %v", data, got, err)
		}
	}
	for _, bad := range []string{"", "go test fuzz v1\n", "go test fuzz v1\nint(3)\n",
		"go test fuzz v1\n[]byte(\"a\n", "[]byte(\"a\")\n"} {
		if got, err := target.FromNative([]byte(bad)); err == nil {
			t.Errorf("%q is taken for %q", bad, got)
		}
	}
}

// Every target has an entry point of its name for each engine.
func TestEveryTargetHasItsEntryPoints(t *testing.T) {
	gofuzz, native := "", ""
	for _, text := range texts(t, "gofuzz.go") {
		gofuzz += string(text)
	}
	for _, text := range texts(t, "*_test.go") {
		native += string(text)
	}
	for _, e := range target.Targets {
		if !strings.Contains(gofuzz, "func Fuzz"+e.Name+"(data []byte) int") {
			t.Errorf("go-fuzz has no Fuzz%s", e.Name)
		}
		if !strings.Contains(native, "func Fuzz"+e.Name+"(f *testing.F)") {
			t.Errorf("there is no Fuzz%s over *testing.F", e.Name)
		}
	}
}

// The archive for libFuzzer builds, with the function that it calls.
func TestLibFuzzerArchiveBuilds(t *testing.T) {
	if testing.Short() {
		t.Skip("builds everything anew; run without -short")
	}
	if _, err := exec.LookPath("gcc"); err != nil {
		t.Skip("no C compiler; install gcc to build the archive")
	}
	archive := filepath.Join(t.TempDir(), "target.a")
	out, err := exec.Command("go", "build", "-tags", "libfuzzer", "-trimpath",
		"-gcflags=all=-d=libfuzzer", "-buildmode=c-archive", "-o", archive, "./libfuzzer").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	header, err := os.ReadFile(strings.TrimSuffix(archive, ".a") + ".h")
	if err != nil || !bytes.Contains(header, []byte("LLVMFuzzerTestOneInput")) {
		t.Errorf("%v: the header does not declare LLVMFuzzerTestOneInput", err)
	}
}

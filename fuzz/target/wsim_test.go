package target_test

import (
	"os"
	"path/filepath"
	"testing"

	"credence/fuzz/target"
)

// FuzzWsim reads any text as a workload file, and prints what it read.
func FuzzWsim(f *testing.F) {
	files, err := filepath.Glob("../../bench/workloads/*.wsim")
	if err != nil || len(files) == 0 {
		f.Fatalf("%d workloads in bench/workloads, %v", len(files), err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		if ok, _ := target.Wsim(text); !ok {
			f.Fatalf("%s is no workload", file)
		}
		f.Add(text)
	}
	for _, text := range []string{
		"1.VCS.500-1000.0.0,1.RCS.2500.-1/f-1.1\n", "P.1.-1\nX.1.100\nM.1.VCS\nB.1",
		"w.1.4n16.0\n", "f\n1.RCS.*.f-1.0\na.-2\n", "\xef\xbb\xbf1.RCS.1.0.0\r\n",
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if _, failure := target.Wsim(text); failure != nil {
			t.Fatal(failure)
		}
	})
}

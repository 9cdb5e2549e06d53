package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The examples for clusters do what they say: run with a stand-in for the cluster,
// their parts make the bytes of the whole.
func TestClusterExamples(t *testing.T) {
	if _, err := exec.LookPath("bash"); err != nil {
		t.Skip("there is no bash")
	}
	chdirRoot(t)
	const of = 2
	args := []string{"study", "-quick", "-time", "5ms", "bench/workloads/burst.wsim", "gen:saturate"}
	whole := call(t, args...)
	if whole.code != exitOK {
		t.Fatalf("%+v", whole)
	}
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	bin := filepath.Join(t.TempDir(), "schedbench")
	if out, err := exec.Command("go", "build", "-o", bin, "./bench/cmd/schedbench").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	slurm, err := os.ReadFile("scripts/shards.slurm")
	if err != nil {
		t.Fatal(err)
	}
	for name, script := range map[string]string{"slurm": string(slurm), "k8s": podScript(t)} {
		dir := t.TempDir()
		for _, p := range []string{".build", "parts", "shards"} {
			if err := os.Mkdir(filepath.Join(dir, p), 0o777); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.Symlink(bin, filepath.Join(dir, ".build", "schedbench")); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(filepath.Join(here, "bench"), filepath.Join(dir, "bench")); err != nil {
			t.Fatal(err)
		}
		script = strings.ReplaceAll(script, `"/parts/`, `"parts/`)
		for part := range of {
			cmd := exec.Command("bash", "-euc", script)
			cmd.Dir = dir
			cmd.Env = append(os.Environ(), "PATH="+filepath.Dir(bin)+":"+os.Getenv("PATH"),
				fmt.Sprintf("SHARDS=%d", of), fmt.Sprintf("SLURM_ARRAY_TASK_ID=%d", part+1),
				fmt.Sprintf("JOB_COMPLETION_INDEX=%d", part), "STUDY_ARGS="+strings.Join(args[1:], " "))
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("%s: %v\n%s", name, err, out)
			}
		}
		parts, err := filepath.Glob(filepath.Join(dir, map[string]string{"slurm": "shards", "k8s": "parts"}[name],
			"part-*.json"))
		if err != nil || len(parts) != of {
			t.Fatalf("%s: parts %q, %v", name, parts, err)
		}
		if o := call(t, append([]string{"merge"}, parts...)...); o.code != exitOK || o.stdout != whole.stdout {
			t.Errorf("%s: %s\n%s", name, o.stderr, o.stdout)
		}
	}
}

// podScript returns what the pods of the Kubernetes example run: the block behind
// the last "|", with as many completions as shards.
func podScript(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("scripts/shards.k8s.yaml")
	if err != nil {
		t.Fatal(err)
	}
	counts := regexp.MustCompile(`(?m)(?:completions:|parallelism:|value:) "?([0-9]+)`).
		FindAllStringSubmatch(string(text), -1)
	if len(counts) != 3 || counts[0][1] != counts[1][1] || counts[0][1] != counts[2][1] {
		t.Errorf("completions, parallelism and SHARDS differ: %q", counts)
	}
	_, block, _ := strings.Cut(string(text), "- |\n")
	script, _, ok := strings.Cut(block, "          resources:")
	if !ok {
		t.Fatal("no block of commands in the example")
	}
	return script
}

package fence_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// runOverlay builds the package as it is over another xatomic, testdata/NAME's,
// and runs the program testdata/NAME on it, as a package of the module (go's
// -overlay puts both in place). It returns what the program prints, and fails
// the test if that does not succeed.
func runOverlay(t *testing.T, name string) string {
	t.Helper()
	goTool, err := exec.LookPath("go")
	if err != nil {
		t.Skip("no go command to build with")
	}
	module, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(module, "core", "fence", "testdata", name)
	replace := make(map[string]string)
	for _, s := range sources(t, filepath.Join(module, "core", "xatomic")) {
		replace[s] = "" // left out
	}
	replace[filepath.Join(module, "core", "xatomic", "xatomic.go")] =
		filepath.Join(program, "xatomic", "xatomic.go")
	for _, s := range sources(t, program) {
		replace[filepath.Join(module, "core", "fence", name, filepath.Base(s))] = s
	}
	overlay, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "overlay.json")
	if err := os.WriteFile(file, overlay, 0o644); err != nil {
		t.Fatal(err)
	}
	var stdout, stderr bytes.Buffer
	cmd := exec.Command(goTool, "run", "-overlay", file, "./core/fence/"+name)
	cmd.Dir, cmd.Stdout, cmd.Stderr = module, &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("go run: %v\n%s%s", err, &stdout, &stderr)
	}
	return stdout.String()
}

func sources(t *testing.T, folder string) []string {
	t.Helper()
	list, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil || len(list) == 0 {
		t.Fatalf("no source in %s: %v", folder, err)
	}
	return list
}

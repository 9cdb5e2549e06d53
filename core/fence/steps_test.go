package fence_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// What each call executes when nobody else is at the fence: read-modify-writes,
// and stores apart, since on amd64 a store is an exchange, as dear as an add.
const atomicSteps = `
init                                    0 rmw, 1 store
signal, nobody watches                  1 rmw, 0 store
signal with error, nobody watches       1 rmw, 0 store
signal and put, nobody watches          1 rmw, 0 store
signal and put of the last reference    1 rmw, 0 store
signal, signalled already               0 rmw, 0 store
get                                     1 rmw, 0 store
put                                     1 rmw, 0 store
try get                                 1 rmw, 0 store
look                                    0 rmw, 0 store
arm the first                           2 rmw, 0 store
arm the second                          1 rmw, 0 store
arm on a signalled fence                0 rmw, 0 store
disarm the newest                       2 rmw, 1 store
disarm behind a newer one               2 rmw, 0 store
arm again where it stands               1 rmw, 0 store
signal, one callback                    3 rmw, 1 store
signal, one callback that calls Done    3 rmw, 1 store
signal and put, one callback            4 rmw, 1 store
signal, eight callbacks                10 rmw, 8 store
signal, the only watcher left           2 rmw, 0 store
`

// TestAtomicSteps counts the atomic operations that calls execute: the package
// is built again, unchanged, over an xatomic whose types count (go's -overlay
// swaps it), and testdata/steps/main.go calls it. So the figures are those of
// the code as it runs, not of a reading of it, and the same on every machine.
func TestAtomicSteps(t *testing.T) {
	goTool, err := exec.LookPath("go")
	if err != nil {
		t.Skip("no go command to build with")
	}
	module, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	overlay := filepath.Join(t.TempDir(), "overlay.json")
	if err := os.WriteFile(overlay, countingOverlay(t, module), 0o644); err != nil {
		t.Fatal(err)
	}
	var stderr bytes.Buffer
	cmd := exec.Command(goTool, "run", "-overlay", overlay, "./core/fence/steps")
	cmd.Dir, cmd.Stderr = module, &stderr
	got, err := cmd.Output()
	if err != nil {
		t.Fatalf("go run: %v\n%s", err, &stderr)
	}
	if "\n"+string(got) != atomicSteps {
		t.Errorf("executed\n%swant%s", got, atomicSteps)
	}
}

// countingOverlay returns an overlay in which xatomic counts, and the program
// is a package of the module.
func countingOverlay(t *testing.T, module string) []byte {
	t.Helper()
	fence := filepath.Join(module, "core", "fence")
	replace := map[string]string{
		filepath.Join(fence, "steps", "main.go"): filepath.Join(fence, "testdata", "steps", "main.go"),
	}
	sources, err := filepath.Glob(filepath.Join(module, "core", "xatomic", "*.go"))
	if err != nil || len(sources) == 0 {
		t.Fatalf("no source of xatomic: %v", err)
	}
	for _, s := range sources {
		replace[s] = "" // left out
	}
	replace[filepath.Join(module, "core", "xatomic", "xatomic.go")] =
		filepath.Join(fence, "testdata", "xatomic", "xatomic.go")
	overlay, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		t.Fatal(err)
	}
	return overlay
}

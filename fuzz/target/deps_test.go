package target_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/go/packages"
)

// embeddedDirectories returns what of a package's go:embed directives is a
// directory, with the package.
func embeddedDirectories(p *packages.Package) (bad []string) {
	for _, pattern := range p.EmbedPatterns { // absolute
		names, err := filepath.Glob(strings.Replace(pattern, "all:", "", 1))
		if err != nil {
			return append(bad, p.PkgPath+": "+err.Error())
		}
		for _, name := range names {
			if info, err := os.Stat(name); err == nil && info.IsDir() {
				bad = append(bad, p.PkgPath+" embeds the directory "+filepath.Base(name))
			}
		}
	}
	return bad
}

func loadDeps(t *testing.T, dir, pattern string) []*packages.Package {
	t.Helper()
	roots, err := packages.Load(&packages.Config{
		Mode: packages.NeedName | packages.NeedFiles | packages.NeedImports | packages.NeedDeps |
			packages.NeedEmbedPatterns,
		Dir: dir, BuildFlags: []string{"-tags=gofuzz"}, Env: append(os.Environ(), "GOWORK=off"),
	}, pattern)
	if err != nil {
		t.Fatal(err)
	}
	var all []*packages.Package
	packages.Visit(roots, nil, func(p *packages.Package) {
		for _, e := range p.Errors {
			t.Fatal(e)
		}
		all = append(all, p)
	})
	return all
}

// go-fuzz-build copies the files that a package embeds, and fails on directories.
func TestNoDependencyEmbedsADirectory(t *testing.T) {
	deps := loadDeps(t, ".", ".")
	for _, want := range []string{"credence/core/sched", "credence/hwmock/profile",
		"github.com/dvyukov/go-fuzz/go-fuzz-dep"} {
		if !slices.ContainsFunc(deps, func(p *packages.Package) bool { return p.PkgPath == want }) {
			t.Errorf("%s is not among %d dependencies", want, len(deps))
		}
	}
	for _, p := range deps {
		for _, b := range embeddedDirectories(p) {
			t.Error(b)
		}
	}
}

func TestEmbeddedDirectoryIsSeen(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"go.mod": "module planted\n",
		"p.go": "package planted\n\nimport \"embed\"\n\n" +
			"//go:embed all:data one.txt\nvar FS embed.FS\n",
		"one.txt":      "1",
		"data/two.txt": "2",
	} {
		name = filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	var bad []string
	for _, p := range loadDeps(t, dir, ".") {
		bad = append(bad, embeddedDirectories(p)...)
	}
	if want := []string{"planted embeds the directory data"}; !slices.Equal(bad, want) {
		t.Errorf("got %q, want %q", bad, want)
	}
}

// Porcupine is one that does, so it stays in a package of its own.
func TestPorcupineEmbedsADirectory(t *testing.T) {
	var bad []string
	for _, p := range loadDeps(t, "../stress/linear", ".") {
		bad = append(bad, embeddedDirectories(p)...)
	}
	if !slices.Contains(bad, "github.com/anishathalye/porcupine embeds the directory visualization") {
		t.Errorf("what package linear depends on embeds %q", bad)
	}
}

package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// buildHelper builds a package of the module with build tags and other flags of go
// build, unless there is one for the same source in the cache, and returns the
// program's path.
func buildHelper(ctx context.Context, stderr io.Writer, pkg, tags string, flags ...string) (
	string, error) {
	flags = append([]string{"-tags", tags}, flags...)
	goTool, err := exec.LookPath("go")
	if err != nil {
		return "", errors.New("it is built when needed, and there is no go command; " +
			"install Go 1.26 or newer from https://go.dev/dl")
	}
	wd, err := os.Getwd()
	if err != nil {
		return "", err
	}
	root, err := moduleRoot(wd)
	if err != nil {
		return "", err
	}
	version, err := exec.CommandContext(ctx, goTool, "version").Output()
	if err != nil {
		return "", fmt.Errorf("go version: %w", err)
	}
	sum, err := sourceHash(root, string(version)+pkg+" "+strings.Join(flags, " "))
	if err != nil {
		return "", err
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = os.TempDir()
	}
	file := filepath.Join(cache, "credence", path.Base(path.Dir(pkg))+"-"+sum[:20])
	if _, err := os.Stat(file); err == nil {
		return file, nil
	}
	if terminal(stderr) {
		fmt.Fprintf(stderr, "building the helper of this source with %s, once\n", strings.Join(flags, " "))
	}
	return file, build(ctx, goTool, root, pkg, flags, file)
}

// build builds into a file of its own and renames it, so that two at a time do
// not meet.
func build(ctx context.Context, goTool, root, pkg string, flags []string, file string) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	part := fmt.Sprintf("%s.%d", file, os.Getpid())
	defer os.Remove(part)
	args := slices.Concat([]string{"build", "-o", part}, flags, []string{pkg})
	cmd := exec.CommandContext(ctx, goTool, args...)
	cmd.Dir = root
	if slices.Contains(flags, "-race") {
		cmd.Env = append(os.Environ(), "CGO_ENABLED=1")
	}
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("go %s: %w\n%s", strings.Join(args, " "), err, strings.TrimSpace(out.String()))
	}
	return os.Rename(part, file)
}

// sourceHash returns a hash of all that a helper can be made of: the Go files of
// the module outside tests, and go.mod.
func sourceHash(root, salt string) (string, error) {
	h := sha256.New()
	io.WriteString(h, salt)
	add := func(name string) error {
		text, err := os.ReadFile(name)
		fmt.Fprintf(h, "%s %d\n", name, len(text))
		h.Write(text)
		return err
	}
	if err := add(filepath.Join(root, "go.mod")); err != nil {
		return "", err
	}
	for _, dir := range []string{"core", "fuzz", "hwmock"} {
		err := filepath.WalkDir(filepath.Join(root, dir), func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
				return err
			}
			return add(name)
		})
		if err != nil {
			return "", err
		}
	}
	return fmt.Sprintf("%x", h.Sum(nil)), nil
}

// moduleRoot returns the folder of the module that dir lies in.
func moduleRoot(dir string) (string, error) {
	for {
		text, err := os.ReadFile(filepath.Join(dir, "go.mod"))
		if err == nil && strings.HasPrefix(string(text), "module credence\n") {
			return dir, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", errors.New("run it inside the source tree, which it is built from")
		}
		dir = parent
	}
}

// terminal reports whether w is a character device.
func terminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	st, err := f.Stat()
	return err == nil && st.Mode()&os.ModeCharDevice != 0
}

package suite

import (
	"os"
	"os/exec"
	"strings"
)

// hashDigits is the length of the short commit hash in names.
const hashDigits = 12

// Commit names the state of the source tree at root: a short commit hash, with
// -dirty if anything but the results differs from it, or "nogit" if root is not
// the top of a git repository that has a commit.
func Commit(root string) string {
	top, err := git(root, "rev-parse", "--show-toplevel")
	if err != nil || !sameFile(top, root) {
		return "nogit"
	}
	hash, err := git(root, "rev-parse", "HEAD")
	if err != nil || len(hash) < hashDigits {
		return "nogit"
	}
	hash = hash[:hashDigits]
	changes, err := git(root, "status", "--porcelain", "--", ".", ":(exclude)results")
	if err != nil || changes != "" {
		return hash + "-dirty"
	}
	return hash
}

// git returns the output of a git command, without the line's end.
func git(root string, args ...string) (string, error) {
	cmd := exec.Command("git", args...)
	cmd.Dir = root
	out, err := cmd.Output()
	return strings.TrimSpace(string(out)), err
}

// sameFile reports whether two paths name one directory, links followed.
func sameFile(a, b string) bool {
	x, errX := os.Stat(a)
	y, errY := os.Stat(b)
	return errX == nil && errY == nil && os.SameFile(x, y)
}

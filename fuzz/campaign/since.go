package campaign

import (
	"context"
	"fmt"
	"os/exec"
	"strings"

	"credence/fuzz/target"
)

// changedWeight is how much more a target weighs of which a folder has changed.
const changedWeight = 8

// Changed returns the files, from the module's root, that differ from what git
// calls base, those that are not committed included.
func Changed(ctx context.Context, root, base string) ([]string, error) {
	var files []string
	for _, args := range [][]string{
		{"diff", "--name-only", "-z", "--relative", "--merge-base", base, "--"},
		{"ls-files", "--others", "--exclude-standard", "-z"},
	} {
		out, err := exec.CommandContext(ctx, "git", append([]string{"-C", root}, args...)...).Output()
		if err != nil {
			if exit, ok := err.(*exec.ExitError); ok {
				err = fmt.Errorf("%w: %s", err, strings.TrimSpace(string(exit.Stderr)))
			}
			return nil, fmt.Errorf("git %s: %w", strings.Join(args, " "), err)
		}
		for name := range strings.SplitSeq(strings.TrimSuffix(string(out), "\x00"), "\x00") {
			if name != "" {
				files = append(files, name)
			}
		}
	}
	return files, nil
}

// Since returns shares in which the targets of which something has changed weigh
// more than the others; a test is not something.
func Since(shares []Share, files []string) (list []Share) {
	for _, s := range shares {
		if touched(s.Target, files) {
			s.Weight *= changedWeight
		}
		list = append(list, s)
	}
	return list
}

func touched(t *target.Target, files []string) bool {
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		for _, folder := range t.Folders {
			if strings.HasPrefix(file, folder+"/") {
				return true
			}
		}
	}
	return false
}

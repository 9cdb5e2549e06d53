//go:build !unix

package mutate

import (
	"os/exec"
	"time"
)

// group has a command end; its descendants end by themselves.
func group(cmd *exec.Cmd) { cmd.WaitDelay = 5 * time.Second }

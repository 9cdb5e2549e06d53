package engine

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"credence/fuzz/campaign"
	"credence/fuzz/prog"
	"credence/fuzz/target"
)

// crashFind describes what ended a process.
func crashFind(name string, data []byte, stderr string) *campaign.Find {
	what, frames := fatal(stderr)
	f := &target.Finding{
		Invariant: campaign.Crash, Operation: "run", Message: firstLines(stderr, 60),
		Class: fmt.Sprintf("%s/%s/%08x", campaign.Crash, strings.ToLower(name), frames),
	}
	if what != "" {
		f.Message = what + "\n" + f.Message
	}
	find := &campaign.Find{
		Finding: f, Target: name, Data: data, Engine: campaign.Own, Stable: true,
	}
	if t := target.Lookup(name); t != nil && t.Decode != nil {
		f.Program = t.Decode(data)
	}
	return find
}

// fatal returns the line of standard error that says why a Go process ended, and
// a hash of the topmost functions of core and device behind it.
func fatal(stderr string) (what string, frames uint32) {
	h := fnv.New32a()
	n := 0
	for line := range strings.Lines(stderr) {
		line = strings.TrimSpace(line)
		if what == "" {
			if strings.HasPrefix(line, "fatal error: ") || strings.HasPrefix(line, "panic: ") ||
				strings.HasPrefix(line, "runtime: goroutine stack exceeds") {
				what = line
				h.Write([]byte(line))
			}
			continue
		}
		function, _, ok := strings.Cut(line, "(0x")
		if !ok {
			function, _, ok = strings.Cut(line, "(...")
		}
		core := strings.HasPrefix(function, "credence/core/") || strings.HasPrefix(function, "credence/hwmock/")
		if ok && core && n < 3 {
			h.Write([]byte(function))
			n++
		}
	}
	return what, h.Sum32()
}

// minimise makes what ended a process small, with a process for each attempt.
func (l *loop) minimise(ctx context.Context, f *campaign.Find) {
	if f.Program == nil {
		return
	}
	start := time.Now()
	small, _ := prog.Minimise(f.Program, crashRuns, func(p *prog.Program) bool {
		if time.Since(start) > crashMost {
			return false
		}
		class, err := l.again(ctx, f.Target, p.Encode())
		return err == nil && class == f.Class
	})
	f.Program, f.Data = small, small.Encode()
	class, err := l.again(ctx, f.Target, f.Data)
	f.Stable = err == nil && class == f.Class
}

// again runs one input in a process and returns the class of what ends it.
func (l *loop) again(ctx context.Context, name string, data []byte) (class string, err error) {
	ctx, cancel := context.WithTimeout(ctx, crashTime)
	defer cancel()
	dir := filepath.Join(l.Work, "again")
	if err := os.RemoveAll(dir); err != nil {
		return "", err
	}
	in := campaign.Input{Target: name, Data: data}
	if err := campaign.WriteInput(filepath.Join(dir, name), in, campaign.Raw); err != nil {
		return "", err
	}
	one := &loop{Plan: l.Plan, seed: 1, count: 1, inputs: dir}
	c := l.command(ctx, l.Program, one.args(os.DevNull, filepath.Join(l.Work, "box-again"))...)
	c.Env = append(c.Env, LoopEnv+"=1")
	var stderr bytes.Buffer
	c.Stderr = &stderr
	err = c.Run()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok && exit.ExitCode() != HungExit && ctx.Err() == nil {
		return crashFind(name, data, stderr.String()).Class, nil
	}
	return "", err
}

func firstLines(text string, n int) string {
	lines := strings.SplitN(text, "\n", n+1)
	return strings.TrimSpace(strings.Join(lines[:min(len(lines), n)], "\n"))
}

package main

import (
	"bytes"
	"context"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"credence/fuzz/engine"
	"credence/fuzz/target"
)

func TestCoordinatorAndWorkerFlags(t *testing.T) {
	for _, args := range []string{
		"coordinator", "coordinator -listen 127.0.0.1", "coordinator -listen 0.0.0.0:7411",
		"coordinator -listen 10.0.0.1:7411", "coordinator -listen example.org:7411",
		"coordinator -listen 127.0.0.1:7411 -target None", "coordinator -listen 127.0.0.1:7411 more",
		"coordinator -listen 127.0.0.1:7411 -budget -1s",
		"worker", "worker -connect 127.0.0.1", "worker -connect 127.0.0.1:1 -procs 0",
		"worker -connect 127.0.0.1:1 -target None", "worker -connect 127.0.0.1:1 more",
	} {
		var out, err bytes.Buffer
		if code := run(t.Context(), &out, &err, strings.Fields(args)); code != exitUsage || err.Len() == 0 {
			t.Errorf("%s: exit code %d\n%s%s", args, code, &out, &err)
		}
	}
	for in, want := range map[string]string{
		":7411": "127.0.0.1:7411", "localhost:1": "localhost:1", "[::1]:1": "[::1]:1",
		"127.3.2.1:1": "127.3.2.1:1",
	} {
		c, _, err := parseCoordinator([]string{"-listen", in})
		if err != nil || c.listen != want {
			t.Errorf("-listen %s: %s, %v", in, c.listen, err)
		}
	}
	if _, _, err := parseCoordinator([]string{"-listen", "10.0.0.1:7411", "-open"}); err != nil {
		t.Error(err)
	}
}

// freeAddr returns a loopback address that nobody listens on.
func freeAddr(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// farm is a coordinator that runs in a test.
func farm(t *testing.T, dir string) *coordinator {
	t.Helper()
	x := &coordinator{
		coordinatorFlags: coordinatorFlags{
			listen: freeAddr(t), target: "System", dir: filepath.Join(dir, "farm"),
			finds: filepath.Join(dir, "finds"), ledger: filepath.Join(dir, "ledger.jsonl"),
		},
		stdout: new(bytes.Buffer), stderr: new(bytes.Buffer), start: time.Now(),
	}
	if err := x.prepare(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(x.plan.Work) })
	return x
}

// until waits for something that takes as long as it takes.
func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for range 3000 {
		if ok() {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatalf("it never came: %s", what)
}

// One coordinator and two workers, one of which is killed: the other goes on, and
// every crasher that came in is a find in the store, also of a coordinator that
// ended before it could bring it home.
func TestFarmLosesNoFind(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds go-fuzz and its archive")
	}
	t.Setenv(target.CanaryEnv, "1") // the canary is the bug
	dir := t.TempDir()
	x := farm(t, dir)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var all sync.WaitGroup
	var ran error
	all.Go(func() { ran = x.run(ctx) })

	killed, started := make(chan error, 1), make(chan *os.Process, 2)
	for i := range 2 {
		w := &worker{
			workerFlags: workerFlags{connect: x.listen, target: "System", procs: 1, ledger: "none"},
			stdout:      new(bytes.Buffer), stderr: new(bytes.Buffer),
		}
		w.started = func(p *os.Process) { started <- p }
		all.Go(func() {
			if err := w.run(ctx); i == 0 {
				killed <- err
			}
		})
		if i == 0 {
			until(t, "the first worker", func() bool { return x.log.number("workers") == 1 })
		}
	}
	first := <-started
	until(t, "the second worker", func() bool { return x.log.number("workers") == 2 })
	if err := first.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := <-killed; err == nil || !strings.Contains(err.Error(), "killed") {
		t.Errorf("the killed worker ended with %v", err)
	}
	before := x.log.number("execs")
	until(t, "inputs that the second worker runs", func() bool { return x.log.number("execs") > before })
	crashers := filepath.Join(x.workdir, "crashers")
	until(t, "a crasher", func() bool {
		list, _ := filepath.Glob(filepath.Join(crashers, "*.output"))
		return len(list) > 0
	})
	cancel()
	all.Wait()
	if ran != nil {
		t.Error(ran)
	}
	if code := x.end(nil); code != exitFinding {
		t.Errorf("exit code %d", code)
	}
	checkFarm(t, x)

	// A coordinator that was ended before it brought a crasher home.
	done, _ := filepath.Glob(filepath.Join(crashers, "*.done"))
	for _, file := range append(done, x.finds) {
		if err := os.RemoveAll(file); err != nil {
			t.Fatal(err)
		}
	}
	again := &coordinator{
		coordinatorFlags: x.coordinatorFlags, stdout: x.stdout, stderr: x.stderr, start: time.Now(),
		store: x.store, workdir: x.workdir, seen: map[string]bool{},
		plan: engine.Plan{
			Root: x.plan.Root, Program: x.plan.Program, Work: x.plan.Work, Targets: x.plan.Targets,
		},
	}
	again.plan.Found = again.report
	if err := again.look(t.Context()); err != nil {
		t.Fatal(err)
	}
	checkFarm(t, again)
}

// checkFarm holds a coordinator that is over to what it must have kept.
func checkFarm(t *testing.T, x *coordinator) {
	t.Helper()
	list, _ := filepath.Glob(filepath.Join(x.workdir, "crashers", "*.output"))
	for _, file := range list {
		if _, err := os.Stat(strings.TrimSuffix(file, ".output") + ".done"); err != nil {
			t.Errorf("%s was not brought home", file)
		}
	}
	if len(x.found) == 0 {
		t.Fatal("nothing was found")
	}
	for _, f := range x.found {
		if _, err := os.Stat(f.File); err != nil {
			t.Error(err)
		}
	}
	f := x.found[0]
	if f.Invariant != target.Canary || f.Engine != "gofuzz" || f.Ops() > target.CanaryMost {
		t.Errorf("found %s by %s, %d operations", f.Class, f.Engine, f.Ops())
	}
	if corpus, err := os.ReadDir(filepath.Join(x.workdir, "corpus")); err != nil || len(corpus) < 100 {
		t.Errorf("%d inputs in the corpus, %v", len(corpus), err)
	}
}

// Command schedfuzz looks for bugs in the scheduler core: `schedfuzz run` makes
// programs and judges what the core does with them, `schedfuzz explore` plays
// small concurrent programs under every interleaving of their atomic operations,
// and `schedfuzz planted` shows that both find the bugs that are planted. It
// refuses to guess: wrong flags end it before anything runs.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

// Exit codes.
const (
	exitOK           = 0
	exitFinding      = 1 // a bug was found
	exitUsage        = 2 // wrong flags
	exitInconclusive = 3 // interrupted, or the machine failed us
)

// command is one of schedfuzz's commands.
type command struct {
	name    string
	summary string
	// run does the work and returns the exit code.
	run func(ctx context.Context, stdout, stderr io.Writer, args []string) int
}

// commands are in the order in which the usage lists them.
var commands = []command{
	{"run", "hunt with random programs, for a time or a number of them", runCampaign},
	{"loop", "the own engine of a campaign, in a process of its own", runLoop},
	{"repro", "run a stored program again", runRepro},
	{"bisect", "find the commit since which a stored program breaks a rule", runBisect},
	{"minimise", "make a stored program small", runMinimise},
	{"corpus", "merge, prune and convert corpora", runCorpus},
	{"cover", "show which statements the corpus reaches", runCover},
	{"speed", "measure what the checks leave of the speed of the engines", runSpeed},
	{"planted", "hunt known bugs, to show that the engines find bugs", runPlanted},
	{"parts", "hunt in one part of the core at a time, beside a plain model", runParts},
	{"coordinator", "hold corpus and finds of a hunt by several machines", runCoordinator},
	{"worker", "hunt for a coordinator", runWorker},
	{"seeds", "write what a target begins with to an archive", runSeeds},
	{"stress", "shake the core on goroutines, with the race detector", runStress},
	{"explore", "play small programs over the core under every interleaving", runExplore},
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Stdout, os.Stderr, os.Args[1:]))
}

// run is the command without its process. It returns the exit code.
func run(ctx context.Context, stdout, stderr io.Writer, args []string) int {
	if len(args) > 0 {
		switch args[0] {
		case "-h", "-help", "--help", "help":
			usage(stdout)
			return exitOK
		}
		for _, c := range commands {
			if c.name == args[0] {
				return c.run(ctx, stdout, stderr, args[1:])
			}
		}
		fmt.Fprintf(stderr, "schedfuzz: there is no command %q\n", args[0])
	}
	usage(stderr)
	return exitUsage
}

func usage(w io.Writer) {
	fmt.Fprint(w, "Usage: schedfuzz COMMAND [flags] [arguments]\n\n")
	for _, c := range commands {
		fmt.Fprintf(w, "  %-11s %s\n", c.name, c.summary)
	}
	fmt.Fprint(w, "\n`schedfuzz COMMAND -h` says more. Exit codes: 0 nothing found, 1 a finding, "+
		"2 usage, 3 inconclusive.\n")
}

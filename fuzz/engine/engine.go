// Package engine runs what hunts for bugs, each in processes of its own, over one
// set of targets: the campaign's own loop, go-fuzz, Go's own fuzzing, and
// libFuzzer. Whatever one of them finds is brought home as bytes, run again, made
// small and named by the campaign's own loop, so that one bug is one find whoever
// met it; classes that are known are told to the engines, which then go on. What
// ends a process, by a fatal error or a hang, is a find too.
//
// It refuses to trust an engine: each has to find the canary first, through its
// own entry points and files, and says what it executed from the target's counts
// and not from its own.
package engine

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"credence/fuzz/campaign"
)

// Plan is what an engine is given for one campaign.
type Plan struct {
	Root    string // the module's folder
	Program string // schedfuzz, of which the command loop is the own engine
	Work    string // a folder for what is built and written meanwhile
	// Corpus has a folder of inputs for each target, which are begun with, and
	// gets those that are worth to be kept; "" for nothing.
	Corpus  string
	Targets []campaign.Share
	Seed    uint64
	// Budget and Count are this engine's: for how long, and how many inputs; 0 is no
	// limit, of one of them.
	Budget time.Duration
	Count  int
	First  bool // end at the first find
	Procs  int  // how many processes an engine that can may use
	// Known are the classes that are not reported, in the order of their finds. Each
	// find adds its own.
	Known []string
	// Found is called for each find, Status now and then with the counts so far, both
	// from the calling goroutine.
	Found  func(*campaign.Find)
	Status func(*campaign.Report)

	classes map[string]bool
	finds   []*campaign.Find
}

// Engine is one way to hunt.
type Engine struct {
	Name string
	// Missing says what is not there that the engine needs, and what to do; "" if
	// all is.
	Missing func(*Plan) string
	// Run hunts until the budget is used up or ctx ends. An error is the machine's
	// fault; what was counted up to then is reported all the same.
	Run func(context.Context, *Plan) (*campaign.Report, error)
}

// All are all engines, in the order in which they hunt.
var All = []Engine{
	{campaign.Own, func(*Plan) string { return "" }, runOwn},
	{"gofuzz", missingGoFuzz, goFuzz.run},
	{"native", missingGo, native.run},
	{"libfuzzer", missingClang, libFuzzer.run},
}

// Lookup returns the engine of a name, or nil.
func Lookup(name string) *Engine {
	for i := range All {
		if All[i].Name == name {
			return &All[i]
		}
	}
	return nil
}

// report reports a find unless its class is known.
func (p *Plan) report(f *campaign.Find) {
	p.knowAll()
	if p.classes[f.Class] {
		return
	}
	p.learn(f.Class)
	p.finds = append(p.finds, f)
	if p.Found != nil {
		p.Found(f)
	}
}

// learn makes a class a known one.
func (p *Plan) learn(class string) {
	if !p.classes[class] {
		p.classes[class] = true
		p.Known = append(p.Known, class)
	}
}

// knownFile writes the known classes to a file.
func (p *Plan) knownFile() (string, error) {
	file := filepath.Join(p.Work, "known")
	var b []byte
	for _, class := range p.Known {
		b = append(append(b, class...), '\n')
	}
	return file, os.WriteFile(file, b, 0o666)
}

// corpusOf returns the corpus' folder for a target, "" for none.
func (p *Plan) corpusOf(name string) string {
	if p.Corpus == "" {
		return ""
	}
	return filepath.Join(p.Corpus, name)
}

// grace is how long a process may take to end when it is asked to.
const grace = 20 * time.Second

// command is a command of the module's that ends by an interrupt, and is killed
// if it does not.
func (p *Plan) command(ctx context.Context, name string, args ...string) *exec.Cmd {
	c := exec.CommandContext(ctx, name, args...)
	c.Dir = p.Root
	c.Env = append(os.Environ(), "GOFLAGS=", "GOWORK=off", "TMPDIR="+p.Work)
	c.Cancel = func() error { return c.Process.Signal(os.Interrupt) }
	c.WaitDelay = grace
	return c
}

func missingGo(*Plan) string {
	if _, err := exec.LookPath("go"); err != nil {
		return "there is no go command; install Go 1.26 or newer from https://go.dev/dl"
	}
	return ""
}

// errNothing is what an engine says that ran and executed nothing.
var errNothing = errors.New("it executed nothing")

package suite

import (
	"context"
	"runtime"
	"strings"
	"testing"
)

func TestInterruptLeavesAValidFile(t *testing.T) {
	c := module(t, quickOne, slowOne)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	c.Sample = func(_, benchmark string) {
		if strings.HasPrefix(benchmark, "BenchmarkA") {
			cancel()
		}
	}
	out, err := Run(ctx, c)
	if err != nil || !out.Partial || out.Rounds != 0 || out.Samples != 3 {
		t.Fatalf("%+v, %v; want 3 samples and no complete round", out, err)
	}
	text := read(t, out.File)
	if samples, _ := parse(t, out.File, text); len(samples) != 3 {
		t.Errorf("samples %q", samples)
	}
	if want := "\n# status: interrupted, 0 rounds, 3 samples\n"; !strings.HasSuffix(text, want) {
		t.Errorf("the file does not end in %q:\n%s", want, text)
	}
}

// A terminal's interrupt reaches the child as well, and often first.
func TestInterruptOfTheChildAlone(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("there are no such signals")
	}
	c := module(t, `import (
	"os"
	"syscall"
	"testing"
	"time"
)

func BenchmarkA(b *testing.B) {
	syscall.Kill(os.Getpid(), syscall.SIGINT)
	time.Sleep(time.Hour)
}
`)
	if out, err := Run(t.Context(), c); err != nil || !out.Partial {
		t.Errorf("%+v, %v; want it to be partial", out, err)
	}
}

func TestInterruptBeforeAnything(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if out, err := Run(ctx, module(t, quickOne)); err != nil || !out.Partial || out.File != "" {
		t.Errorf("%+v, %v; want nothing, partial", out, err)
	}
}

package report_test

import (
	"context"
	_ "embed"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

var out = flag.String("out", "", "folder for the screenshots; a temporary one if empty")

//go:embed testdata/layout.js
var layoutJS string

// findings is what layout.js returns.
type findings struct {
	Texts    int      // that were looked at
	Overlaps []string // pairs of texts that touch
	Overflow []string // what is wider than the page
}

// view is a way to look at the page.
type view struct {
	name          string
	width, height int64
	dark, print   bool
}

var views = []view{
	{name: "light", width: 1280, height: 900},
	{name: "dark", width: 1280, height: 900, dark: true},
	{name: "phone", width: 390, height: 844},
	{name: "print", width: 794, height: 1123, print: true},
}

// browser is a headless Chromium that notes what goes wrong.
type browser struct {
	ctx context.Context
	mu  sync.Mutex
	bad []string
}

// chromium is the name under which a system has it.
func chromium() string {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}

// open starts the browser, or skips the test where there is none.
func open(t *testing.T) *browser {
	t.Helper()
	path := chromium()
	if path == "" {
		t.Skip("there is no chromium; on Debian: apt-get install chromium")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path),
		chromedp.UserDataDir(t.TempDir()))
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox)
	}
	alloc, stop := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(stop)
	ctx, end := chromedp.NewContext(alloc)
	t.Cleanup(end)
	b := &browser{ctx: ctx}
	if err := chromedp.Listen(ctx, b.hear); err != nil {
		t.Fatalf("%s does not start: %v", path, err)
	}
	err := chromedp.Do(ctx, call(network.Enable, network.EnableParams{}),
		call(log.Enable, cdp.Empty{}), call(runtime.Enable, cdp.Empty{}))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// call is a command of the protocol as a step.
func call[P, R any](command cdp.Command[P, R], params P) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, command, params)
		return err
	})
}

// hear notes requests that leave the page or fail, and what the console says.
func (b *browser) hear(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		if u := e.Request.URL; !strings.HasPrefix(u, "file:") && !strings.HasPrefix(u, "data:") {
			b.bad = append(b.bad, "request for "+u)
		}
	case *network.EventLoadingFailed:
		b.bad = append(b.bad, "failed to load: "+e.ErrorText)
	case *log.EventEntryAdded:
		b.bad = append(b.bad, "log: "+e.Entry.Text)
	case *runtime.EventConsoleAPICalled:
		b.bad = append(b.bad, "console."+e.Type.String())
	case *runtime.EventExceptionThrown:
		b.bad = append(b.bad, "exception: "+e.ExceptionDetails.Text)
	}
}

// complaints returns what went wrong so far, and forgets it.
func (b *browser) complaints() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	bad := b.bad
	b.bad = nil
	return bad
}

// look opens a file in a view, takes a screenshot, and checks the layout.
func (b *browser) look(t *testing.T, file string, v view) (findings, []byte) {
	t.Helper()
	media := ""
	if v.print {
		media = "print"
	}
	scheme := "light"
	if v.dark {
		scheme = "dark"
	}
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	err := chromedp.Do(ctx,
		call(emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
			Width: v.width, Height: v.height, DeviceScaleFactor: 1}),
		call(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: media,
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}}),
		chromedp.Navigate("file://"+file),
	)
	if err != nil {
		t.Fatalf("%s: %v", v.name, err)
	}
	f, err := chromedp.Run(ctx, chromedp.Evaluate[findings](layoutJS))
	if err != nil {
		t.Fatalf("%s: %v", v.name, err)
	}
	shot, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	if err != nil {
		t.Fatalf("%s: %v", v.name, err)
	}
	return f, shot
}

// patience is how long the browser may take for a page.
const patience = time.Minute

// save keeps a file of the test for who wants to look at it.
func save(t *testing.T, name string, data []byte) {
	t.Helper()
	dir := *out
	if dir == "" {
		dir = t.ArtifactDir()
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name), data, 0o666); err != nil {
		t.Fatal(err)
	}
}

// write puts a page where the browser finds it.
func write(t *testing.T, html []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "report.html")
	if err := os.WriteFile(path, html, 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

// One browser serves all: to start it takes longer than most of what it does.
func TestInABrowser(t *testing.T) {
	b := open(t)
	t.Run("finds what is broken", b.broken)
	t.Run("pictures", b.pictures)
	t.Run("pages", b.pages)
}

// The page of the recorded results, and one of results in which every part has
// something to show, load without network, and no text touches another, in light,
// in dark, on a phone and in print.
func (b *browser) pages(t *testing.T) {
	for _, c := range []struct {
		name, results string
		views         []view
	}{
		{"recorded", recorded, []view{views[0], views[2]}}, {"every-part", fullResults(t), views},
	} {
		r := render(t, c.results)
		file := write(t, r.Page)
		for _, v := range c.views {
			f, shot := b.look(t, file, v)
			save(t, c.name+"-"+v.name+".png", shot)
			if f.Texts < 300 {
				t.Errorf("%s, %s: only %d texts were looked at", c.name, v.name, f.Texts)
			}
			for _, s := range append(f.Overlaps, f.Overflow...) {
				t.Errorf("%s, %s: %s", c.name, v.name, s)
			}
			for _, s := range b.complaints() {
				t.Errorf("%s, %s: %s", c.name, v.name, s)
			}
		}
		b.paper(t, c.name+"-print.pdf")
	}
}

// paper prints the page that is open.
func (b *browser) paper(t *testing.T, name string) {
	t.Helper()
	pdf, err := chromedp.Run(b.ctx, chromedp.PrintToPDF())
	if err != nil {
		t.Fatal(err)
	}
	save(t, name, pdf)
}

// What the checks are for is found: each of these pages is broken in one way.
func (b *browser) broken(t *testing.T) {
	const whole = `<!DOCTYPE html><html lang="en"><link rel="icon" href="data:,"><body>%s</body></html>`
	for _, c := range []struct{ name, body, want string }{
		{"sound", `<p>one</p><p>two</p><svg width="200" height="40"><text x="0" y="12">one</text>` +
			`<text x="0" y="30">two</text></svg>`, ""},
		{"texts of a picture", `<svg width="200" height="40"><text x="0" y="20">one two</text>` +
			`<text x="12" y="22">three</text></svg>`, "touches"},
		{"texts of the page", `<p>one</p><p style="margin-top:-24px">two</p>`, "touches"},
		{"text over a picture", `<svg width="90" height="20"><text x="0" y="15">one</text></svg>` +
			`<p style="margin-top:-34px">two</p>`, "touches"},
		{"too wide", `<div style="width:2000px">wide</div>`, "wider"},
		{"missing picture", `<img alt="" src="missing.png">`, "failed to load"},
		{"network", `<img alt="" src="http://127.0.0.1:9/x.png">`, "request for http"},
		{"console", `<script>console.error("x")</script>`, "console.error"},
		{"script", `<script>throw new Error("x")</script>`, "exception"},
	} {
		f, _ := b.look(t, write(t, fmt.Appendf(nil, whole, c.body)), views[0])
		got := strings.Join(append(append(f.Overlaps, f.Overflow...), b.complaints()...), "; ")
		if c.want == "" && got != "" || !strings.Contains(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// Both kinds of pictures for a README can be read as files.
func (b *browser) pictures(t *testing.T) {
	r := render(t, recorded)
	for _, p := range r.Pictures {
		path := filepath.Join(t.TempDir(), p.Name)
		if err := os.WriteFile(path, p.Data, 0o666); err != nil {
			t.Fatal(err)
		}
		html := fmt.Appendf(nil, `<!DOCTYPE html><html lang="en"><link rel="icon" href="data:,">`+
			`<body style="margin:0">%s</body></html>`, p.Data)
		f, shot := b.look(t, write(t, html), view{name: p.Name, width: 800, height: 400})
		save(t, strings.TrimSuffix(p.Name, ".svg")+".png", shot)
		for _, s := range append(f.Overlaps, b.complaints()...) {
			t.Errorf("%s: %s", p.Name, s)
		}
		if f.Texts < 5 {
			t.Errorf("%s has %d texts", p.Name, f.Texts)
		}
	}
	if len(r.Pictures) == 0 {
		t.Error("there is none")
	}
}

package scale

import (
	"fmt"
	"io"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// Write writes rows in Go's benchmark format.
func Write(w io.Writer, rows []Row, now time.Time, commit string) error {
	var b strings.Builder
	fmt.Fprintf(&b, "# date: %s\n# commit: %s\n# go: %s\n# made by: scripts/scaling\n"+
		"goos: %s\ngoarch: %s\npkg: %s\n", now.UTC().Format(time.RFC3339), commit, runtime.Version(),
		runtime.GOOS, runtime.GOARCH, pkg)
	for _, r := range rows {
		fmt.Fprintf(&b, "%s %d", r.Name, r.N)
		for _, f := range r.Figures {
			fmt.Fprintf(&b, "\t%s %s", strconv.FormatFloat(f.Value, 'f', 2, 64), f.Unit)
		}
		b.WriteString("\n")
	}
	fmt.Fprintf(&b, "# status: complete, 1 rounds, %d samples\n", len(rows))
	_, err := io.WriteString(w, b.String())
	return err
}

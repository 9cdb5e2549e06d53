package report

import (
	"fmt"
	"regexp"
	"strings"

	"credence/bench/gate"
)

// mdTable is a table of a Markdown file.
type mdTable struct {
	line int // of its head, from 1
	head []string
	rows [][]string
}

// mdTables returns the tables of a Markdown file: lines between pipes, the second
// of dashes; not within code. A row with another number of cells than the head is a Problem, and so is
// a file without a table, which its command has to make again.
func mdTables(name string, data []byte, command string) ([]mdTable, error) {
	var list []mdTable
	var last []string
	inside, code := false, false
	for i, line := range strings.Split(string(data), "\n") {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "```") {
			code = !code
		}
		if code {
			last, inside = nil, false
			continue
		}
		f := mdCells(line)
		switch {
		case f == nil:
			inside = false
		case inside:
			t := &list[len(list)-1]
			if len(f) != len(t.head) {
				return nil, &gate.Problem{File: name, Line: i + 1,
					What:   fmt.Sprintf("the row has %d cells, its table %d columns", len(f), len(t.head)),
					Remedy: `write a pipe within a cell as \|`}
			}
			t.rows = append(t.rows, f)
		case last != nil && mdRule(f) && len(f) == len(last):
			list, inside = append(list, mdTable{line: i, head: last}), true
		}
		last = f
	}
	if len(list) == 0 {
		return nil, damaged(name, 1, "it has no table", command)
	}
	return list, nil
}

// mdCells returns the cells of a line of a table, nil if it is none.
func mdCells(line string) []string {
	if len(line) < 2 || line[0] != '|' || line[len(line)-1] != '|' {
		return nil
	}
	const pipe = "\x00"
	f := strings.Split(strings.ReplaceAll(line[1:len(line)-1], `\|`, pipe), "|")
	for i := range f {
		f[i] = strings.TrimSpace(strings.ReplaceAll(f[i], pipe, "|"))
	}
	return f
}

func mdRule(f []string) bool {
	for _, c := range f {
		if c == "" || strings.Trim(c, "-:") != "" {
			return false
		}
	}
	return true
}

// What of Markdown is dropped within a cell; code is kept.
var (
	mdLink  = regexp.MustCompile(`\[([^\]]*)\]\([^)]*\)`)
	mdMarks = strings.NewReplacer("**", "", "&lt;", "<", "<br>", "; ", `\*`, "*", `\_`, "_")
)

func mdText(s string) string { return mdMarks.Replace(mdLink.ReplaceAllString(s, "$1")) }

// show turns a table into one of the page; the first left columns are words.
func (t *mdTable) show(caption string, left int) *table {
	out := &table{Caption: caption, Left: left}
	for _, h := range t.head {
		out.Head = append(out.Head, mdText(h))
	}
	for _, f := range t.rows {
		r := row{}
		for _, c := range f {
			r.Cells = append(r.Cells, cell{Text: mdText(c)})
		}
		out.Rows = append(out.Rows, r)
	}
	return out
}

// column returns the first column whose head contains one of the words, or -1.
func (t *mdTable) column(words ...string) int {
	for i, h := range t.head {
		for _, w := range words {
			if strings.Contains(strings.ToLower(h), w) {
				return i
			}
		}
	}
	return -1
}

package main

import (
	"strings"
	"unicode/utf8"
)

// column is the head of a column: a title, and a group above it, which columns
// side by side may share.
type column struct{ group, title string }

// table is text in columns, the first aligned to the left, the others to the
// right. Columns of one group stand one space apart, others two.
type table struct {
	columns []column
	rows    [][]string
}

// String returns the table, a line of groups first and without spaces at the
// ends of lines.
func (t *table) String() string {
	widths := make([]int, len(t.columns))
	titles := make([]string, len(t.columns))
	for i, c := range t.columns {
		titles[i] = c.title
		widths[i] = len(c.title)
		for _, r := range t.rows {
			widths[i] = max(widths[i], utf8.RuneCountInString(r[i]))
		}
	}
	lines := []string{t.groups(widths), t.align(titles, widths)}
	for _, r := range t.rows {
		lines = append(lines, t.align(r, widths))
	}
	return strings.Join(lines, "\n") + "\n"
}

// align returns one line of cells.
func (t *table) align(cells []string, widths []int) string {
	var b strings.Builder
	for i, s := range cells {
		pad := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(s))
		if i == 0 {
			b.WriteString(s + pad)
		} else {
			b.WriteString(t.gap(i) + pad + s)
		}
	}
	return strings.TrimRight(b.String(), " ")
}

// gap returns what stands between column i and the one before.
func (t *table) gap(i int) string {
	if g := t.columns[i].group; g != "" && g == t.columns[i-1].group {
		return " "
	}
	return "  "
}

// groups returns the line above the titles. Where a group's name is wider than
// its columns it widens the first of them.
func (t *table) groups(widths []int) string {
	var b strings.Builder
	for i := 0; i < len(t.columns); {
		name := t.columns[i].group
		n, width := 1, widths[i]
		for ; name != "" && i+n < len(t.columns) && t.columns[i+n].group == name; n++ {
			width += len(t.gap(i+n)) + widths[i+n]
		}
		if more := len(name) - width; more > 0 {
			widths[i] += more
			width += more
		}
		if i > 0 {
			b.WriteString(t.gap(i))
		}
		if n > 1 {
			name = rule(name, width)
		}
		b.WriteString(strings.Repeat(" ", width-len(name)) + name)
		i += n
	}
	return strings.TrimRight(b.String(), " ")
}

// rule centres a name in dashes, where there is room for some.
func rule(name string, width int) string {
	room := width - len(name) - 2
	if room < 2 {
		return name
	}
	return strings.Repeat("-", room/2) + " " + name + " " + strings.Repeat("-", room-room/2)
}

package main

import (
	"strings"
	"unicode/utf8"
)

// foldWidth is the width to which prose is folded.
const foldWidth = 80

// fold writes text in lines of foldWidth, broken between words, those after the
// first behind a margin. A word that is too long gets a line of its own.
func fold(b *strings.Builder, margin, text string) {
	for prefix := ""; text != ""; prefix = margin {
		n := breakAt(text, foldWidth-utf8.RuneCountInString(prefix))
		b.WriteString(prefix + strings.TrimRight(text[:n], " ") + "\n")
		text = strings.TrimLeft(text[n:], " ")
	}
}

// breakAt returns the length of the first line of text: as many words as there
// is room for, at least one.
func breakAt(text string, room int) int {
	end, width := len(text), 0
	for i, r := range text {
		if r == ' ' && i > 0 && text[i-1] != ' ' {
			end = i
		}
		if width++; width > room && end < len(text) {
			return end
		}
	}
	return len(text)
}

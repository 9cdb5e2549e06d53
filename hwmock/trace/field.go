package trace

import "strings"

// field is one key with its value in an event's message.
type field struct{ key, value string }

// maxFields bounds the fields of one message; the kernel's have up to ten.
const maxFields = 64

// maxValue is how long a value may be for one more word to belong to it.
const maxValue = 4 * MaxName

// appendFields takes a message apart. Between fields stand commas or spaces; a
// value goes on over spaces to the next key or comma (rings have such names), and
// what parentheses or braces hold is one piece. Three fields have a colon in
// place of the equals sign, and a space in the key.
func appendFields(list []field, message string) []field {
	for message != "" && len(list) < maxFields {
		var chunk string
		chunk, message = cut(message, ',')
		chunk = strings.TrimSpace(chunk)
		if key, value, ok := colonField(chunk); ok {
			list = append(list, field{key, value})
			continue
		}
		list = appendWords(list, chunk)
	}
	return list
}

// colonField reads key:value where no equals sign stands before the colon.
func colonField(chunk string) (key, value string, ok bool) {
	i := strings.IndexAny(chunk, ":=({")
	if i <= 0 || chunk[i] != ':' {
		return "", "", false
	}
	return chunk[:i], strings.TrimSpace(chunk[i+1:]), true
}

// appendWords reads key=value pairs with spaces between. Words before an equals
// sign that follow no value belong to the key: depends fence=.
func appendWords(list []field, chunk string) []field {
	loose := "" // words that no key stands before
	first := len(list)
	for chunk != "" && len(list) < maxFields {
		var w string
		w, chunk = cut(chunk, ' ')
		switch i := strings.IndexByte(w, '='); {
		case w == "":
		case i > 0 && !strings.ContainsAny(w[:i], "({"):
			list = append(list, field{loose + w[:i], w[i+1:]})
			loose = ""
		case len(list) > first:
			if last := &list[len(list)-1]; len(last.value) <= maxValue {
				last.value += " " + w
			}
		default:
			loose = w + " "
		}
	}
	return list
}

// cut splits s at the first sep that is in no parentheses or braces, and drops
// it.
func cut(s string, sep byte) (before, after string) {
	depth := 0
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '(' || c == '{':
			depth++
		case (c == ')' || c == '}') && depth > 0:
			depth--
		case c == sep && depth == 0:
			return s[:i], s[i+1:]
		}
	}
	return s, ""
}

// lookup returns the value of the first field with that key.
func lookup(list []field, key string) (string, bool) {
	for _, f := range list {
		if f.key == key {
			return f.value, true
		}
	}
	return "", false
}

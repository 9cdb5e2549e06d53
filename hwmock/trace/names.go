package trace

// names keeps one copy of each name, up to MaxNames of them.
type names map[string]string

// of returns the name that is written as b. It reports false if b is too long,
// or there are too many names already.
func (n names) of(b []byte) (string, bool) {
	if s, ok := n[string(b)]; ok {
		return s, true
	}
	if len(b) > MaxName || len(n) >= MaxNames {
		return "", false
	}
	s := string(b)
	n[s] = s
	return s, true
}

package profile

// KeyNames returns the names of the table of keys.
func KeyNames() []string { return keyNames() }

// Distance is the edit distance that finds the nearest key.
func Distance(a, b string) int { return distance(a, b) }

// DropText forgets the lines and what the notes say.
func (p *Profile) DropText() { p.values, p.About = nil, "" }

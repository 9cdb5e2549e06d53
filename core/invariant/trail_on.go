//go:build invariants || gofuzz || gofuzz_libfuzzer || libfuzzer

package invariant

// trail is the places at which a section is open, the outermost first.
type trail struct{ places []Place }

func (t *trail) push(p Place) { t.places = append(t.places, p) }

func (t *trail) pop() {
	if len(t.places) == 0 {
		panic("invariant: End of a section that is not open")
	}
	t.places = t.places[:len(t.places)-1]
}

func (t *trail) depth() int { return len(t.places) }

func (t *trail) text() string { return text(t.places) }

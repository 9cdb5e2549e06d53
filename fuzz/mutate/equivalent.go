package mutate

import (
	"bufio"
	"bytes"
	_ "embed"
	"fmt"
	"strings"
)

// equivalentText lists the mutants that change nothing that anybody could see,
// each with the proof.
//
//go:embed equivalent.txt
var equivalentText []byte

// Equivalent returns the proofs by the mutants' IDs, with the package's folder
// before them, as in core/spsc/spsc.go:Queue.Init:swap:1.
func Equivalent() (map[string]string, error) {
	return parseEquivalent("equivalent.txt", equivalentText)
}

// parseEquivalent reads lines of an ID and a proof; a line that begins with a
// space goes on with the proof above, and one with # is a comment.
func parseEquivalent(name string, text []byte) (map[string]string, error) {
	proofs, id := map[string]string{}, ""
	lines := bufio.NewScanner(bytes.NewReader(text))
	for n := 1; lines.Scan(); n++ {
		l := lines.Text()
		switch {
		case strings.TrimSpace(l) == "" || l[0] == '#':
		case l[0] == ' ' && id != "":
			proofs[id] = strings.TrimSpace(proofs[id] + " " + strings.TrimSpace(l))
		case l[0] == ' ' || strings.Count(l, ":") < 3 || strings.ContainsAny(l, " \t"):
			return nil, fmt.Errorf("%s:%d: %q is no mutant; write package/file:function:operator:n, "+
				"and the proof below, indented", name, n, l)
		case known(proofs, l):
			return nil, fmt.Errorf("%s:%d: %s is proved above already; leave one proof", name, n, l)
		default:
			id = l
			proofs[id] = ""
		}
	}
	for id, proof := range proofs {
		if proof == "" {
			return nil, fmt.Errorf("%s: %s has no proof; write it below, indented", name, id)
		}
	}
	return proofs, lines.Err()
}

func known(proofs map[string]string, id string) bool {
	_, ok := proofs[id]
	return ok
}

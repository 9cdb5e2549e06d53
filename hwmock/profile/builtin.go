package profile

import (
	_ "embed" // for the built-in profiles
	"fmt"
	"os"
	"strings"
)

// Extension is what the name of a profile file ends in.
const Extension = ".profile"

//go:embed apple-m1.profile
var appleM1 string

//go:embed ideal.profile
var ideal string

// builtin are the profiles that come with the package, in the order in which
// they are listed.
var builtin = []struct{ name, text string }{
	{"apple-m1", appleM1},
	{"ideal", ideal},
}

// Names lists the built-in profiles.
func Names() []string {
	names := make([]string, len(builtin))
	for i, b := range builtin {
		names[i] = b.name
	}
	return names
}

// Load returns a built-in profile by its name, or reads a file: a name with a
// slash in it, or that ends in .profile. Its errors are those of opening and
// reading the file, and of Parse.
func Load(name string) (*Profile, error) {
	if strings.Contains(name, "/") || strings.HasSuffix(name, Extension) {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		return Parse(name, f)
	}
	for _, b := range builtin {
		if b.name == name {
			return Parse(name, strings.NewReader(b.text))
		}
	}
	return nil, fmt.Errorf("device %s: unknown; there are %s, and files by a path that ends in %s",
		quote(name), strings.Join(Names(), ", "), Extension)
}

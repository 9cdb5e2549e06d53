package profile

import (
	"embed"
	"fmt"
	"os"
	"slices"
	"strings"
)

// Extension is what the name of a profile file ends in.
const Extension = ".profile"

//go:embed *.profile
var files embed.FS

// builtin are the profiles that come with the package, in the order in which
// they are listed.
var builtin = []string{
	"apple-m1", "apple-m1-max", "apple-m2", "amdgpu-2017", "adreno-gmu", "mali-csf", "nvidia-tsg",
	"kernel-mock", "ideal",
}

// Names lists the built-in profiles.
func Names() []string { return slices.Clone(builtin) }

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
	if !slices.Contains(builtin, name) {
		return nil, fmt.Errorf("device %s: unknown; there are %s, and files by a path that ends in %s",
			quote(name), strings.Join(builtin, ", "), Extension)
	}
	f, err := files.Open(name + Extension)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return Parse(name, f)
}

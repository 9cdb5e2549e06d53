package vector

import (
	"archive/tar"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// File is a vector as it is stored.
type File struct {
	Name string // policy/name.txt
	Text []byte
}

// ReadFolder returns the vectors of a folder, in the order of their names.
func ReadFolder(dir string) (files []File, err error) {
	err = filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(p) != ".txt" {
			return err
		}
		text, err := os.ReadFile(p)
		rel, _ := filepath.Rel(dir, p)
		files = append(files, File{filepath.ToSlash(rel), text})
		return err
	})
	if err == nil && len(files) == 0 {
		err = fmt.Errorf("no vectors in %s; it should hold POLICY/NAME.txt", dir)
	}
	return files, err
}

// ReadArchive returns the vectors of a tar file that is packed with gzip.
func ReadArchive(name string) (files []File, err error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	for in := tar.NewReader(z); ; {
		h, err := in.Next()
		if errors.Is(err, io.EOF) {
			return files, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		text, err := io.ReadAll(in)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		files = append(files, File{h.Name, text})
	}
}

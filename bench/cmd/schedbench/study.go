package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"credence/bench/study"
)

// runStudy compares the flow controls, or a shard of the comparisons.
func runStudy(ctx context.Context, stdout, stderr io.Writer, args []string) error {
	c, err := parseStudy(stdout, args)
	if errors.Is(err, flag.ErrHelp) {
		return nil
	} else if err != nil {
		return err
	}
	plan, err := study.NewPlan(c.study)
	if err != nil {
		return usageError{err.Error()}
	}
	if c.count != "" {
		return countStudy(ctx, stdout, stderr, plan, c)
	}
	show := newProgress(stderr)
	r, err := plan.Run(ctx, c.shard, runtime.GOMAXPROCS(0), func(done, of int) {
		show.update("%d of %d comparisons", done, of)
	})
	show.end()
	switch {
	case ctx.Err() != nil:
		return errors.New("study: interrupted; nothing was written")
	case err != nil:
		return usageError{err.Error()}
	case c.shard == study.Whole:
		return writeStudy(stdout, c.out, r)
	}
	var b bytes.Buffer
	if err := plan.WriteShard(&b, c.shard, r); err != nil {
		return err
	}
	return writeOut(stdout, c.out, b.Bytes())
}

// writeStudy writes a report and what goes with it beside it, or the report alone
// to stdout if no path is given.
func writeStudy(stdout io.Writer, path string, r *study.Report) error {
	files, err := r.Files(pathStem(path))
	if err != nil {
		return fmt.Errorf("study: %w", err)
	}
	if path == "" {
		return writeOut(stdout, "", files[0].Data)
	}
	for _, f := range files {
		if err := writeOut(stdout, filepath.Join(filepath.Dir(path), f.Name), f.Data); err != nil {
			return err
		}
	}
	return nil
}

// writeOut writes a file, or to stdout if no path is given.
func writeOut(stdout io.Writer, path string, data []byte) error {
	if path == "" {
		_, err := stdout.Write(data)
		return err
	}
	err := os.WriteFile(path, data, 0o666)
	if pe, ok := errors.AsType[*fs.PathError](err); ok {
		return usagef("%s: %v; give -o a path that can be written", path, pe.Err)
	}
	return err
}

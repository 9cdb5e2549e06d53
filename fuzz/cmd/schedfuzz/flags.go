package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
)

// flagsEnd handles the end of parsing that is no work: help or a mistake. done
// says that it was one of the two.
func flagsEnd(stdout, stderr io.Writer, help string, f *flag.FlagSet, err error) (
	code int, done bool) {
	switch {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprint(stdout, help)
		f.SetOutput(stdout)
		f.PrintDefaults()
		return exitOK, true
	case err != nil:
		fmt.Fprintf(stderr, "schedfuzz: %s: %v; -h says what there is\n", f.Name(), err)
		return exitUsage, true
	}
	return 0, false
}

// broken says why nothing came of a command.
func broken(stderr io.Writer, name string, err error) int {
	fmt.Fprintf(stderr, "schedfuzz: %s: %v\n", name, err)
	return exitInconclusive
}

// root returns the folder of the module that the process is in.
func root() (string, error) {
	wd, err := os.Getwd()
	if err != nil {
		return "", err
	}
	return moduleRoot(wd)
}

package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"

	"credence/hwmock/profile"
)

const profilesUsage = `Usage: schedbench profiles [NAME | FILE.profile]...

Without a name it lists the built-in device profiles, with all that is assumed
of each. With names, or paths of files of one's own, it prints every value: its
key, the value, whether it was sourced, derived or assumed, and what that rests
on, and below it what the key means.

A file of one's own is lines of

  key = value unit   # mark: source

with the mark S, D or A. The easiest way to write one is to copy a built-in
profile, hwmock/profile/NAME.profile, and change it; a wrong line is refused
with its number and what is permitted there. sim -device takes its path.

Examples:
  schedbench profiles
  schedbench profiles apple-m1
  schedbench profiles ./mine.profile

Exit codes: 0 done; 2 wrong names or files, with the place and the remedy.
`

// runProfiles checks all profiles that are named, then prints them.
func runProfiles(_ context.Context, stdout, _ io.Writer, args []string) error {
	fs := flag.NewFlagSet("profiles", flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	if err := fs.Parse(args); errors.Is(err, flag.ErrHelp) {
		_, err := io.WriteString(stdout, profilesUsage)
		return err
	} else if err != nil {
		return usagef("profiles: %v; see schedbench profiles -h", err)
	}
	names, write := fs.Args(), values
	if len(names) == 0 {
		names, write = profile.Names(), summary
	}
	var text []string
	var wrong []error
	for _, name := range names {
		p, err := profile.Load(name)
		if err != nil {
			wrong = append(wrong, err)
			continue
		}
		text = append(text, write(p))
	}
	if wrong != nil {
		return usageError{errors.Join(wrong...).Error()}
	}
	_, err := io.WriteString(stdout, strings.Join(text, "\n"))
	return err
}

// indent is what stands before the lines that belong to a profile's name.
const indent = "  "

// summary is what a profile is and what of it is assumed.
func summary(p *profile.Profile) string {
	var sourced, derived int
	var assumed []string
	for _, v := range p.Values() {
		switch v.Mark {
		case profile.Sourced:
			sourced++
		case profile.Derived:
			derived++
		default:
			assumed = append(assumed, brief(v))
		}
	}
	var b strings.Builder
	fold(&b, indent, heading(p))
	fold(&b, indent, fmt.Sprintf("%sshape %s, %s; %d values: %d sourced, %d derived, %d assumed",
		indent, p.Shape, schedulers(p), len(p.Values()), sourced, derived, len(assumed)))
	if assumed != nil {
		fold(&b, indent+indent, indent+"assumed: "+strings.Join(assumed, ", "))
	}
	return b.String()
}

func heading(p *profile.Profile) string {
	if p.About == "" {
		return p.Name
	}
	return p.Name + ": " + p.About
}

// brief is a value in a list: of an engine its name alone.
func brief(v profile.Value) string {
	name, _, several := strings.Cut(v.Value, " class=")
	if several {
		return v.Key + " " + name
	}
	return v.Key + " " + setting(v)
}

// setting is a value with its unit.
func setting(v profile.Value) string { return strings.TrimSpace(v.Value + " " + v.Unit) }

func schedulers(p *profile.Profile) string {
	if n := p.SharedSchedulers; n > 0 {
		return fmt.Sprintf("schedulers shared, %d", n)
	}
	return "a scheduler a user queue"
}

// values is every line of a profile with what it rests on, and what its key
// means.
func values(p *profile.Profile) string {
	list := p.Values()
	wide := 0
	for _, v := range list {
		wide = max(wide, len(v.Key))
	}
	var b strings.Builder
	fold(&b, indent, heading(p))
	for _, v := range list {
		fmt.Fprintf(&b, "%s%-*s %s\n", indent, wide, v.Key, setting(v))
		margin := strings.Repeat(" ", len(indent)+wide+1)
		fold(&b, margin, fmt.Sprintf("%s%s: %s", margin, v.Mark, v.Source))
		fold(&b, margin, margin+v.Doc)
	}
	return b.String()
}

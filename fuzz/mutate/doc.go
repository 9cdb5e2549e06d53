// Package mutate asks whether the tests see what they should: it changes one
// place of a package at a time, and has the tests, the explorer and the stress
// look. A change that nobody sees has lived, and is either proved to change
// nothing, in equivalent.txt, or a hole.
//
// There are two sources of changes. gremlins (github.com/go-gremlins/gremlins)
// names those of conditions and arithmetic; it never touches an atomic operation.
// Our own do nothing else: they leave out a store, a read-modify-write or a
// wake-up, swap two shared accesses that stand next to each other, and drop a
// look that comes again after a write.
//
// All of it happens in a copy of the tracked files, so that the tests have the
// committed testdata alone, and by the overlays of the go command, so that
// nothing is ever changed on disk. It refuses to count a change that does not
// compile, and to give a score if a change that is known to be seen is not, or
// one that is known not to be is.
package mutate

// Package scenario holds the programs in which fuzz/explore meets the real core:
// a few threads each, with what must hold and what verdict is expected. Programs
// that must fail stand beside those that must pass, since an explorer that finds
// nothing proves nothing. It refuses to reach into the packages under test: what
// it uses is exported.
//
// To add one, write a Scenario with the threads and the check, and put it in the
// list of its file; the Example shows one whole. Keep it small: two or three
// threads, one or two jobs, and both one and two of whatever is in flight, since
// a bigger configuration need not contain the bugs of a smaller one.
package scenario

// Package weave draws small concurrent programs over the core, and plays each
// under interleavings that are drawn too: producers, workers, an interrupt,
// whoever signals external fences, and somebody who kills, pauses, stops and
// flushes, all at random; and likewise the two ends of a queue, the callers of a
// fence, and those of a number of credits. The scenarios of fuzz/explore are what
// somebody thought of, played to the end; this is what nobody thought of, in
// samples.
//
// It needs the build tag explore. The same seed draws the same programs and
// schedules. It refuses to say that something holds: it only finds.
package weave

// Package micro holds the benchmarks of the core's parts, each alone: the job
// queue, the credits, and the scheduler's own work for one job. They are
// ordinary Go benchmarks of exported calls; a name's key=value parts are what
// benchstat can pivot by. Each checks what it moved, so that a broken part has no
// figure.
//
// They measure host time, so they judge nothing: figures of two runs compare only
// when interleaved on one machine. Those with two goroutines depend on where the
// machine places these. bench/peers brackets each of its samples to know, and
// has the comparison with other implementations; here an anchor of plain atomics
// stands beside what is measured. Whole systems are bench/scenario's.
package micro

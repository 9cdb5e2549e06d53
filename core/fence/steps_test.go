package fence_test

import "testing"

// What each call executes when nobody else is at the fence: read-modify-writes,
// and stores apart, since on amd64 a store is an exchange, as dear as an add.
const atomicSteps = `
init                                    0 rmw, 1 store
signal, nobody watches                  1 rmw, 0 store
signal with error, nobody watches       1 rmw, 0 store
signal and put, nobody watches          1 rmw, 0 store
signal and put of the last reference    1 rmw, 0 store
signal, signalled already               0 rmw, 0 store
get                                     1 rmw, 0 store
put                                     1 rmw, 0 store
try get                                 1 rmw, 0 store
look                                    0 rmw, 0 store
arm the first                           2 rmw, 0 store
arm the second                          2 rmw, 0 store
arm the third                           1 rmw, 0 store
arm on a signalled fence                0 rmw, 0 store
disarm the newest                       1 rmw, 1 store
disarm before another                   1 rmw, 1 store
disarm behind a newer one               2 rmw, 0 store
arm again where it stands               1 rmw, 0 store
signal, one callback                    1 rmw, 1 store
signal, one callback that calls Done    1 rmw, 1 store
signal and put, one callback            2 rmw, 1 store
signal, eight callbacks                 9 rmw, 8 store
signal, one left behind a newer one     4 rmw, 2 store
set error                               1 rmw, 0 store
signal, the only watcher left           1 rmw, 0 store
`

// TestAtomicSteps counts the atomic operations that calls execute: the package
// is built again, unchanged, over an xatomic whose types count. So the figures
// are those of the code as it runs, not of a reading of it, and the same on
// every machine. See testdata/steps.
func TestAtomicSteps(t *testing.T) {
	if got := "\n" + runOverlay(t, "steps"); got != atomicSteps {
		t.Errorf("executed%swant%s", got, atomicSteps)
	}
}

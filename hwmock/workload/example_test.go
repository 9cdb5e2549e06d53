package workload_test

import (
	"fmt"
	"strings"

	"credence/core/fence"
	"credence/hwmock/workload"
)

// A frame of 2 ms, sixty times a second, on a host that executes batches at
// once and in order.
func ExampleGroup() {
	const file = "1.RCS.2000.0.1\np.16667\n"
	w, err := workload.Parse("frame.wsim", strings.NewReader(file))
	if err != nil {
		fmt.Println(err)
		return
	}
	p, err := w.Compile(testDevice)
	if err != nil {
		fmt.Println(err)
		return
	}
	host := newHost(16)
	g, err := workload.NewGroup(p, host, workload.Options{Repeats: 60})
	if err != nil {
		fmt.Println(err)
		return
	}
	host.run(g, fence.Never)
	m := g.Clients()[0].Metrics()
	fmt.Println(m.Iterations, "frames,", m.Missed, "missed, the last at", m.LastEnd/1000, "us")
	// Output: 60 frames, 0 missed, the last at 1000020 us
}

func ExampleWorkload_Compile() {
	w, err := workload.Parse("video.wsim", strings.NewReader("# decode\n1.VCS3.1000.0.1\n"))
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = w.Compile(testDevice)
	fmt.Println(err)
	// Output: video.wsim:2: no engine VCS3 on device test; it has VCS1, VCS2
}

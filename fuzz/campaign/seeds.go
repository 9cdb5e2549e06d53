package campaign

import (
	"os"
	"path/filepath"

	"credence/fuzz/prog"
	"credence/hwmock/vector"
)

// coreSeeds is of how many recorded scripts one is a seed of the target Core too,
// which does with them what System does.
const coreSeeds = 16

// seedFiles are what the parsers are for, as it stands in the source tree.
var seedFiles = map[string]string{
	"Wsim":    "bench/workloads/*.wsim",
	"Profile": "hwmock/profile/*.profile",
	"Program": "fuzz/testdata/*.txt",
}

// Seeds returns the inputs that stand in the source tree at root: the programs of
// fuzz/testdata, the recorded scripts of the real scheduler, and the files that the
// parsers are for.
func Seeds(root string) (list []Input, err error) {
	programs, err := seedPrograms(root)
	if err != nil {
		return nil, err
	}
	for i, p := range programs {
		list = append(list, Input{"System", p.Encode()})
		if i%coreSeeds == 0 {
			list = append(list, Input{"Core", p.Encode()})
		}
	}
	for _, name := range []string{"Wsim", "Profile", "Program"} {
		files, err := filepath.Glob(filepath.Join(root, seedFiles[name]))
		if err != nil {
			return nil, err
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				return nil, err
			}
			list = append(list, Input{name, text})
		}
	}
	for _, text := range timelineSeeds {
		list = append(list, Input{"Timeline", []byte(text)})
	}
	return list, nil
}

var timelineSeeds = []string{
	"ring,submit_us,run_us,done_us\ngfx,2389,2409,7469\n",
	"cpus=4\na-1 [000] 1.000000: amdgpu_cs_ioctl: sched_job=1, timeline=g, context=5, seqno=6\n" +
		"a-1 [000] 2.000000: dma_fence_signaled: driver=d timeline=g context=5 seqno=6\n",
}

func seedPrograms(root string) (list []*prog.Program, err error) {
	files, err := filepath.Glob(filepath.Join(root, "fuzz/testdata/*.txt"))
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		p, err := Load(file)
		if err != nil {
			return nil, err
		}
		list = append(list, p)
	}
	recorded, err := vector.ReadArchive(filepath.Join(root, "core/sched/testdata/vectors.tar.gz"))
	if err != nil {
		return nil, err
	}
	for _, f := range recorded {
		p, err := prog.Parse(f.Name, string(f.Text))
		if err != nil {
			return nil, err
		}
		list = append(list, p)
	}
	return list, nil
}

//go:build explore

package weave

import (
	"credence/fuzz/explore"
	"fmt"
	"os"
	"strconv"
	"testing"
)

func TestDbg(t *testing.T) {
	seed, _ := strconv.Atoi(os.Getenv("SEED"))
	p := Draw(uint64(seed))
	m := p.State.(*machine)
	for _, c := range m.entities {
		for _, j := range c.jobs {
			fmt.Printf("client %d job %d cost %d ends %d deps %+v sched %v anyway %v\n", c.ID(), j.ID, j.cost, j.ends, j.deps, c.Scheduler(), j.anyway)
		}
	}
	fmt.Println(m.controls, m.verdict, len(m.workers), p.Threads)
	tr, err := explore.Replay(p, os.Getenv("SCHED"))
	fmt.Println(err)
	for _, s := range tr.Trace.Steps {
		fmt.Printf("%d %s %s %v->%v fail=%v sleep=%v %s %s\n", s.Thread, s.Op, s.Word, s.Old, s.New, s.Failed, s.Asleep, s.At, s.Func)
	}
}

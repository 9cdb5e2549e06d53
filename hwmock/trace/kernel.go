package trace

import (
	"bufio"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"credence/core/fence"
)

// Numbers of the threads in text of ftrace: that of client 0, that of the worker
// of scheduler 0, and that in which interrupts come. client 0 has the file number
// firstFile.
const (
	firstClient = 1000
	firstWorker = 1 << 20
	idleThread  = 0
	firstFile   = 1
)

// maxComm is how long the name of a kernel's thread is.
const maxComm = 15

// WriteFtrace writes the recording as text of ftrace, as trace-cmd report -t
// prints it, with the stable events of the DRM scheduler: what Read reads back.
// A job's ring is its scheduler, its thread and its client_id are its client, and
// the fences are those of the run. job count is how many jobs the entity holds, hw
// job count how many the scheduler has given to the device. A job that nobody
// announced by Submit is named by its entity and number. There is one processor.
// Finish comes before. The error is w's.
func (r *Recorder) WriteFtrace(w io.Writer) error {
	k := &kernelText{
		recorder: r, out: bufio.NewWriter(w), dev: plain(r.config.Device),
		live: map[uint64]*liveJob{},
	}
	k.print("cpus=1\n")
	for i := range r.records {
		k.record(&r.records[i])
	}
	if k.err == nil {
		k.err = k.out.Flush()
	}
	return k.err
}

// kernelText writes text of ftrace. The first error is kept.
type kernelText struct {
	recorder *Recorder
	out      *bufio.Writer
	err      error
	dev      string
	live     map[uint64]*liveJob // announced or pushed, and not done
	queued   []int               // by entity
	inFlight []int               // by scheduler
}

// liveJob is what is known of a job.
type liveJob struct {
	fence  FenceID
	deps   []FenceID
	queued bool
	runs   bool
}

func (k *kernelText) print(format string, args ...any) {
	if k.err == nil {
		_, k.err = fmt.Fprintf(k.out, format, args...)
	}
}

// job returns what is known of the record's job.
func (k *kernelText) job(x *record) *liveJob {
	j := k.live[x.job]
	if j == nil {
		j = &liveJob{fence: FenceID{uint64(x.who), x.job}}
		k.live[x.job] = j
	}
	return j
}

// record writes the events that a record is of.
func (k *kernelText) record(x *record) {
	switch x.kind {
	case recDepend:
		j := k.job(x)
		j.deps = append(j.deps, FenceID{x.value, x.more})
	case recSubmit:
		k.job(x).fence = FenceID{x.value, x.more}
	case recQueue:
		j := k.job(x)
		k.state(x, EventJobQueue, j)
		*at(&k.queued, x.who)++
		j.queued = true
		for _, d := range j.deps {
			k.event(x, EventJobAddDep, "fence=%s depends on fence=%s", j.fence, d)
		}
	case recRun:
		j := k.job(x)
		k.leave(x, j)
		if !j.runs {
			j.runs = true
			*at(&k.inFlight, uint32(x.value))++
		}
		k.state(x, EventJobRun, j)
	case recDone:
		j := k.job(x)
		k.leave(x, j)
		if j.runs {
			*at(&k.inFlight, uint32(x.value))--
		}
		k.event(x, EventJobDone, "fence=%s signaled", j.fence)
		delete(k.live, x.job)
	}
}

// leave takes a job out of its entity.
func (k *kernelText) leave(x *record, j *liveJob) {
	if j.queued {
		j.queued = false
		*at(&k.queued, x.who)--
	}
}

// at returns a place of a list that grows as it must.
func at(list *[]int, i uint32) *int {
	for int(i) >= len(*list) {
		*list = append(*list, 0)
	}
	return &(*list)[i]
}

// state writes an event that says how things stand.
func (k *kernelText) state(x *record, name string, j *liveJob) {
	client := 0
	if c := k.recorder.owner(x.who); c != noClient {
		client = firstFile + c
	}
	k.event(x, name, "dev=%s, fence=%s, ring=%s, job count:%d, hw job count:%d, client_id:%d",
		k.dev, j.fence, ringName(x.value), *at(&k.queued, x.who), *at(&k.inFlight, uint32(x.value)),
		client)
}

func ringName(sched uint64) string { return fmt.Sprintf("sched-%d", sched) }

// event writes a line.
func (k *kernelText) event(x *record, name, format string, args ...any) {
	comm, pid := k.thread(x)
	sec, ns := x.at/fence.Time(fence.Second), x.at%fence.Time(fence.Second)
	k.print("%16s-%-7d [000] %d.%09d: %-22s ", comm, pid, sec, ns, name+":")
	k.print(format+"\n", args...)
}

// thread returns who does what the record says: a client submits, a worker runs,
// and the end comes in an interrupt.
func (k *kernelText) thread(x *record) (comm string, pid int) {
	switch c := k.recorder.owner(x.who); {
	case x.kind == recRun:
		return ringName(x.value), firstWorker + int(x.value)
	case x.kind == recDone:
		return "<idle>", idleThread
	case c != noClient:
		return plain(filepath.Base(k.recorder.clients[c])), firstClient + c
	}
	return "nobody", firstClient - 1
}

// plain makes a thread's or a device's name of s that needs no quotes.
func plain(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9',
			strings.ContainsRune("._+-", r):
			return r
		}
		return '_'
	}, s)
	return s[:min(len(s), maxComm)]
}

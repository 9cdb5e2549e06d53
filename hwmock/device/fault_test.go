package device_test

import (
	"slices"
	"strings"
	"testing"

	"credence/core/fence"
	"credence/hwmock/device"
)

const (
	halt  = 900_000
	mend  = 3_000_000
	delay = fence.Time(device.DefaultDelay)
)

// faulty returns a machine, awake, on which things take a while to mend.
func faulty(t *testing.T) (*machine, fence.Time) {
	p := testProfile()
	p.Halt, p.RecoverChannel, p.HostWake = halt, mend, 70_000_000
	m := newMachine(t, p)
	m.run(m.NewQueue(), work(device.Compute, only(ccs), 1))
	m.settle()
	m.spans = nil
	return m, m.events.Now()
}

// may runs a job that may fail.
func (m *machine) may(q *device.UserQueue, c ...device.Command) *job {
	j := m.newJob(q, c...)
	j.fail = true
	if err := m.submit(j); err != fence.OK {
		m.t.Fatalf("job %d is refused: %v", j.ID, err)
	}
	return j
}

// wantEnd checks when a job ended and how.
func wantEnd(t *testing.T, what string, j *job, at fence.Time, err fence.Errno) {
	t.Helper()
	if j.at != at || j.err != err {
		t.Errorf("%s: ends at %d with %v, want %d with %v", what, j.at, j.err, at, err)
	}
}

// TestHang: the command never ends, and what stands behind it waits.
func TestHang(t *testing.T) {
	m, from := faulty(t)
	q, other := m.NewQueue(), m.NewQueue()
	m.Inject(device.Hang, q)
	free := m.run(other, work(device.Compute, only(vcs1), 100))
	hung := m.run(q, work(device.Compute, only(ccs), 100))
	behind := m.run(q, work(device.Compute, only(ccs), 100))
	m.settle()
	ended(t, "another queue's", free, from+known+dispatch+100+done)
	if hung.at != fence.Never || behind.at != fence.Never || m.FaultCount(device.Hang) != 1 {
		t.Errorf("the hung job ends at %d, the next at %d", hung.at, behind.at)
	}
	want := device.Fault{At: from + known + pickUp + dispatch, Kind: device.Hang, Queue: q.ID(),
		Job: hung.ID}
	if got := m.Faulted(); !slices.Equal(got, []device.Fault{want}) {
		t.Errorf("faults are %v, want %v", got, want)
	}
}

// TestMMUFaultStopsTheWorld: the culprit and its address space fail, others that
// run or are dispatched are innocent victims, what waits is executed when the
// firmware goes on.
func TestMMUFaultStopsTheWorld(t *testing.T) {
	m, from := faulty(t)
	bad, good := m.NewQueue(), m.NewQueue()
	running := m.may(good, work(device.Compute, only(vcs1), 50_000))
	staged := m.may(good, work(device.Compute, only(vcs1), 40_000))
	waiting := m.run(good, work(device.Compute, only(vcs1), 30_000))
	accomplice := m.may(bad, work(device.Compute, only(vcs2), 50_000))
	culprit := m.may(bad, work(device.Compute, only(ccs), 100))
	last := m.run(bad, work(device.Compute, only(ccs), 200))
	at := from + known + pickUp + dispatch
	m.until(at - 1)
	m.Inject(device.MMUFault, bad)
	unread := m.run(good, work(device.Vertex, only(vtx), 100))
	m.settle()
	again := at + irq + halt
	wantEnd(t, "culprit", culprit, again+done, fence.EIO)
	wantEnd(t, "of its address space", accomplice, again+done, fence.EIO)
	wantEnd(t, "running", running, again+done, fence.ECANCELED)
	wantEnd(t, "staged", staged, again+done, fence.ECANCELED)
	m.want(span{vcs1, from + known + dispatch, at}, span{ccs, at, at},
		span{ccs, again + dispatch, again + dispatch + 200},
		span{vcs1, again + dispatch, again + dispatch + 30_000},
		span{vtx, again + pickUp + dispatch, again + pickUp + dispatch + 100})
	for _, j := range []*job{waiting, last, unread} {
		if j.at == fence.Never {
			t.Errorf("job %d, which had not begun, never ends", j.ID)
		}
	}
}

// TestChannelErrorStopsOneQueue until the driver has recovered its channel.
func TestChannelErrorStopsOneQueue(t *testing.T) {
	m, from := faulty(t)
	q, other := m.NewQueue(), m.NewQueue()
	m.Inject(device.ChannelError, q)
	free := m.run(other, work(device.Compute, only(vcs1), 100))
	culprit := m.may(q, work(device.Compute, only(ccs), 100))
	behind := m.run(q, work(device.Compute, only(vcs2), 100))
	beside := m.run(q, work(device.Vertex, only(vtx), 100))
	m.until(from + known + 2*pickUp + dispatch)
	late := m.run(q, work(device.Compute, only(vcs1), 100))
	m.settle()
	at := from + known + pickUp + dispatch + irq + mend + retire
	ended(t, "another queue's", free, from+known+dispatch+100+done)
	wantEnd(t, "culprit", culprit, at+irq, fence.EIO)
	// It had been given to its engine before the error.
	ended(t, "behind it", behind, at+irq)
	if s := m.spans[len(m.spans)-1]; s != (span{vcs1, at + dispatch, at + dispatch + 100}) ||
		late.at == fence.Never {
		t.Errorf("what comes later is executed as %v", s)
	}
	if beside.at >= at {
		t.Errorf("the user queue's vertex work waits until %d", beside.at)
	}
	m.spans = nil
	m.run(q, work(device.Compute, only(ccs), 1))
	from = m.events.Now()
	m.settle()
	m.want(span{ccs, from + known + dispatch, from + known + dispatch + 1})
}

// TestCancelledJobLetsBarriersGo: its queue is emptied, what is next on its engine
// starts, and the queue works again.
func TestCancelledJobLetsBarriersGo(t *testing.T) {
	m, from := faulty(t)
	q, other := m.NewQueue(), m.NewQueue()
	m.Inject(device.Hang, q)
	hung := m.may(q, work(device.Compute, only(ccs), 100))
	behind := m.may(q, work(device.Compute, only(ccs), 100), barrier(device.Vertex, hung, device.Compute))
	held := m.run(other, barrier(device.Vertex, hung, device.Compute),
		work(device.Vertex, only(vtx), 100))
	next := m.run(other, work(device.Compute, only(ccs), 100))
	at := from + 2_000_000
	m.until(at)
	m.CancelJob(&hung.Job.Job)
	wantEnd(t, "hung", hung, at, fence.ECANCELED)
	wantEnd(t, "behind it", behind, at, fence.ECANCELED)
	m.settle()
	ended(t, "next on the engine, which was staged", next, at+dispatch+100+done)
	ended(t, "held by a barrier", held, at+dispatch+100+done)
	m.run(q, work(device.Compute, only(ccs), 100))
	m.settle()
}

// TestCrashFailsEverything, wherever it is, and whatever comes.
func TestCrashFailsEverything(t *testing.T) {
	m, from := faulty(t)
	q, other := m.NewQueue(), m.NewQueue()
	m.Inject(device.Crash, q)
	var jobs []*job
	for range 3 {
		jobs = append(jobs, m.may(other, work(device.Compute, only(vcs1), 100_000)))
	}
	jobs = append(jobs, m.may(other, barrier(device.Vertex, jobs[0], device.Compute),
		work(device.Vertex, only(vtx), 1)), m.may(q, work(device.Compute, only(ccs), 100)))
	at := from + known + 2*pickUp + dispatch
	m.until(at - 1)
	jobs = append(jobs, m.may(q, work(device.Compute, only(ccs), 100)))
	m.settle()
	for _, j := range jobs {
		wantEnd(t, "a job of a dead device", j, at, fence.ENODEV)
	}
	hw, err, _ := m.RunJob(&m.newJob(q, work(device.Compute, only(ccs), 100)).Job.Job)
	if hw != nil || err != fence.ENODEV || !m.Dead() {
		t.Errorf("a later job gets %v, %v; dead %t", hw, err, m.Dead())
	}
}

// TestGrowTVB: a vertex command waits for the host, others do not grow.
func TestGrowTVB(t *testing.T) {
	m, from := faulty(t)
	q := m.NewQueue()
	m.Inject(device.GrowTVB, q)
	m.run(q, work(device.Compute, only(ccs), 100))
	m.run(q, work(device.Vertex, only(vtx), 100))
	m.settle()
	at := from + known + dispatch
	trip := irq + 70_000_000 + doorbell + pickUp
	m.want(span{ccs, at, at + 100}, span{vtx, at + pickUp, at + pickUp + 100 + fence.Time(trip)})
}

// TestInterruptFaults: lost, late, twice, and for nothing.
func TestInterruptFaults(t *testing.T) {
	for _, c := range []struct {
		kind     device.FaultKind
		at       fence.Time // after the normal time; fence.Never: not at all
		spurious int
	}{
		{device.LostInterrupt, fence.Never, 0},
		{device.LateInterrupt, delay, 0},
		{device.DuplicateInterrupt, 0, 1},
		{device.SpuriousInterrupt, 0, 1},
	} {
		m, from := faulty(t)
		q := m.NewQueue()
		m.Inject(c.kind, q)
		j := m.run(q, work(device.Compute, only(ccs), 100))
		m.settle()
		want := c.at
		if want != fence.Never {
			want += from + known + dispatch + 100 + done
		}
		if j.at != want || m.FaultCount(c.kind) != 1 || m.Spurious() != c.spurious {
			t.Errorf("%s: the job ends at %d, want %d; %d spurious", c.kind, j.at, want, m.Spurious())
		}
		next := m.run(q, work(device.Compute, only(ccs), 100))
		m.settle()
		if j.at == fence.Never || j.at > next.at {
			t.Errorf("%s: the next interrupt does not bring the news", c.kind)
		}
	}
}

// TestInterruptWithoutNews: the bit of a queue that works on, but has retired
// nothing since.
func TestInterruptWithoutNews(t *testing.T) {
	m, _ := faulty(t)
	q := m.NewQueue()
	m.Inject(device.DuplicateInterrupt, q)
	m.run(q, work(device.Compute, only(ccs), 100))
	m.run(q, work(device.Compute, only(ccs), 2*device.DefaultDelay))
	m.settle()
	if m.Spurious() != 1 {
		t.Errorf("%d spurious interrupts", m.Spurious())
	}
}

// TestStampLate: the job has ended, and the driver finds no slots with nothing in
// flight to wait for, as in AsahiLinux/linux#324.
func TestStampLate(t *testing.T) {
	m, _ := faulty(t)
	q := m.NewQueue()
	for range 126 {
		m.Inject(device.StampLate, q)
	}
	var last *job
	for range 126 {
		last = m.run(q, work(device.Compute, only(ccs), 10))
	}
	for last.at == fence.Never {
		m.events.Step(fence.Never)
	}
	probe := m.newJob(q, work(device.Compute, only(ccs), 1))
	room, oldest := m.asks(probe)
	if room || oldest != nil || q.Entries(device.Compute) != 0 {
		t.Errorf("room %t, a job to wait for %t, %d entries", room, oldest != nil,
			q.Entries(device.Compute))
	}
	for range 3 { // unasked
		m.run(q, work(device.Compute, only(ccs), 1))
	}
	m.settle()
	if room, _ := m.asks(probe); !room || q.Outstanding(device.Compute) != 0 {
		t.Errorf("no room when the stamp is visible, %d slots taken", q.Outstanding(device.Compute))
	}
	if n := len(m.Overruns()); n != 0 {
		t.Errorf("%d over-runs: the firmware had room", n)
	}
}

// TestSlowHostAndClogs: run_job takes longer, or finds the channels full.
func TestSlowHostAndClogs(t *testing.T) {
	m, _ := faulty(t)
	q := m.NewQueue()
	m.Inject(device.SlowHost, nil)
	j := m.newJob(q, work(device.Compute, only(ccs), 1))
	if _, _, busy := m.RunJob(&j.Job.Job); busy != 9+device.DefaultDelay {
		t.Errorf("a slow host takes %d", busy)
	}
	m.settle()
	m.Inject(device.ChannelFull, nil)
	m.run(q, work(device.Compute, only(ccs), 1))
	if m.ChannelSleeps() != 1 {
		t.Error("no driver sleeps before a full channel")
	}
	m.settle()
	if q.Entries(device.Compute) != 0 {
		t.Error("the message is never sent")
	}
}

// TestFaultNames holds the names, and that none panics.
func TestFaultNames(t *testing.T) {
	for k := range device.NumFaults {
		if s := k.String(); s == "" || strings.Contains(s, "(") {
			t.Errorf("fault %d is %q", k, s)
		}
	}
	if s := device.NumFaults.String(); s != "fault(13)" {
		t.Errorf("no fault is %q", s)
	}
	f := device.Fault{At: 5, Kind: device.Hang, Queue: 2, Job: 7}
	if s := f.String(); s != "5 ns: hang, queue 2, job 7" {
		t.Errorf("a fault is %q", s)
	}
}

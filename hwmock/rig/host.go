package rig

import (
	"fmt"

	"credence/core/fence"
	"credence/core/sched"
	"credence/hwmock/des"
	"credence/hwmock/device"
	"credence/hwmock/workload"
)

// clientState is what the rig keeps for a client.
type clientState struct {
	rig      *Rig
	client   *workload.Client
	contexts []*Context // by the program's index; nil before the first batch
	spaces   spaces
	place    device.Place
	resume   des.Event
	next     *clientState // waits for the same batch
	cursor   fence.Time   // when its last submission returns
	lost     *Lost        // a batch failed: it submits no more
}

// Lost is a client that stopped because one of its batches failed, as a program
// does whose context the driver has banned.
type Lost struct {
	At     fence.Time
	Client int         // index
	File   string      // of its workload
	Line   int         // of the batch
	Err    fence.Errno // of the batch
}

// Error says which batch failed and how.
func (l *Lost) Error() string {
	return fmt.Sprintf("%s:%d: client %d stopped: its batch failed: %v",
		l.File, l.Line, l.Client, l.Err)
}

// fail stops the client; a submission that none made stops nobody.
func (s *clientState) fail(step int, e fence.Errno) {
	if s != nil && s.lost == nil {
		p := s.client.Program()
		s.lost = &Lost{s.rig.Now(), s.client.Index(), p.Name(), p.Line(step), e}
		s.rig.lost = append(s.rig.lost, s.lost)
	}
}

// Lost returns the clients that stopped because of a failed batch, in the order
// in which that happened.
func (r *Rig) Lost() []*Lost { return r.lost }

// Fire resumes the client.
func (s *clientState) Fire(fence.Time, *des.Event) {
	if s.rig.failure == nil {
		s.client.Resume()
	}
}

// SlotFree resumes a client whose submitting call waits for a slot of the device.
func (s *clientState) SlotFree() { s.resumeNow() }

// Place is where the device notes that the client is in line.
func (s *clientState) Place() *device.Place { return &s.place }

func (s *clientState) resumeNow() { s.resumeAt(s.rig.Now()) }

func (s *clientState) resumeAt(at fence.Time) {
	s.rig.events.Schedule(&s.resume, at, des.ClassClient, uint32(s.client.Index()))
}

// Capabilities returns what workloads may ask of the rig's device.
func (r *Rig) Capabilities() workload.Capabilities { return r.engines.caps }

// Contexts returns the contexts by the ids of their entities: those of clients
// are made with their first batch. The caller does not change it.
func (r *Rig) Contexts() []*Context { return r.queues }

// AddClients starts the clients of a workload at the present time. o.FirstIndex
// is the rig's to set.
func (r *Rig) AddClients(p *workload.Program, o workload.Options) (*workload.Group, error) {
	o.FirstIndex = len(r.clients)
	g, err := workload.NewGroup(p, (*host)(r), o)
	if err != nil {
		return nil, err
	}
	for _, c := range g.Clients() {
		s := &clientState{rig: r, client: c, contexts: make([]*Context, len(p.Contexts()))}
		s.resume.Init(s)
		r.clients = append(r.clients, s)
		if t := r.config.Tracer; t != nil {
			t.AddClient(c.Index(), p.Name())
		}
		s.resumeNow()
	}
	return g, nil
}

// host is Rig as what clients submit to.
type host Rig

func (h *host) Now() fence.Time { return (*Rig)(h).Now() }

func (h *host) Wake(c *workload.Client, at fence.Time) { h.clients[c.Index()].resumeAt(at) }

func (h *host) NewSoftFence() workload.Handle {
	r := (*Rig)(h)
	b := r.batches.take(r, &r.batches.soft)
	b.isSoft, b.used = true, true
	b.soft.Init(r.contexts.Next(1), 1, b)
	b.soft.Arm(&b.onDone)
	return b.handle()
}

func (h *host) SignalSoftFence(f workload.Handle) { h.batches.find(f).soft.SignalPut(fence.OK) }

func (h *host) Done(f workload.Handle) bool { return h.batches.find(f).done }

func (h *host) NotifyDone(f workload.Handle, c *workload.Client) {
	b, s := h.batches.find(f), h.clients[c.Index()]
	p := &b.waiters
	for *p != nil {
		p = &(*p).next
	}
	*p = s
}

func (h *host) Release(f workload.Handle) {
	b := h.batches.find(f)
	b.released = true
	b.settle()
}

// Submit turns a batch into a job of its context's entity. A failure other than
// a full queue, or too few slots of the device, stops the rig.
func (h *host) Submit(c *workload.Client, wb *workload.Batch) (workload.Handle, bool) {
	r := (*Rig)(h)
	s := r.clients[c.Index()]
	if s.lost != nil {
		r.device.Leave(s)
		return workload.NoHandle, false
	}
	ctx, err := s.context(wb)
	if err != nil {
		r.fail(err)
		return workload.NoHandle, false
	}
	if wb.Pin {
		wb.Engines = r.own.pick(wb.Engines)
	}
	b, err := r.newBatch(ctx, wb, preempted(wb.Preempt))
	switch {
	case err == sched.ErrQueueFull:
		ctx.full = s
		return workload.NoHandle, false
	case err != nil:
		r.fail(fmt.Errorf("%s:%d: %w", c.Program().Name(), c.Program().Line(wb.Step), err))
		return workload.NoHandle, false
	}
	b.owner, b.step = s, wb.Step
	rebind, ok := r.device.Bind(&b.job, s)
	if !ok {
		b.job.Cleanup()
		b.giveBack()
		return workload.NoHandle, false
	}
	if len(wb.Deps)+len(wb.Starts) != 0 {
		b.depend(wb.Deps)
		b.startWith(wb.Starts)
	}
	r.own.take(b, wb.Engines)
	b.submit(s, rebind)
	return b.handle(), true
}

// context returns the rig's context for a batch of s's client, made with the
// first one, and gives it the priority that the batch has.
func (s *clientState) context(wb *workload.Batch) (*Context, error) {
	ctx := s.contexts[wb.Context]
	p := priorities[wb.Priority]
	if ctx == nil {
		var err error
		if ctx, err = s.rig.NewContext(p); err != nil {
			return nil, err
		}
		ctx.queue.SetSpace(s.spaces.find(s.rig.device, s.client.Program().Contexts()[wb.Context].VM))
		s.contexts[wb.Context] = ctx
		if t := s.rig.config.Tracer; t != nil {
			t.AddEntity(ctx.entity.ID(), s.client.Index())
		}
	}
	if ctx.entity.Priority() != p {
		ctx.entity.SetPriority(p)
		ctx.queue.SetPriority(uint8(p))
	}
	return ctx, nil
}

// priorities are a workload's levels as the scheduler's and the firmware's.
var priorities = [workload.NumPriorities]sched.Priority{
	workload.Low: sched.Low, workload.Normal: sched.Normal,
	workload.High: sched.High, workload.Realtime: sched.Kernel,
}

// depend gives the job the fences to wait for.
func (b *batch) depend(deps []workload.Handle) {
	for _, d := range deps {
		dep := b.rig.batches.find(d)
		switch {
		case dep.isSoft:
			b.rig.traceDepend(&dep.soft.Fence)
			b.job.AddDependency(dep.soft.Get())
		case dep.finished != nil:
			b.rig.traceDepend(dep.finished)
			b.job.AddDependency(dep.finished.Get())
		}
	}
}

// submit arms the job and pushes it when the submitting call returns, which may
// take more than usual: calls of one client follow each other.
func (b *batch) submit(s *clientState, more fence.Duration) {
	r := b.rig
	cost := r.config.Profile.SubmitCost + more
	if cost == 0 {
		b.arm(r.Now())
		b.job.Push()
		return
	}
	from := max(s.cursor, r.Now())
	b.arm(from)
	s.cursor = from.Add(cost)
	r.events.Schedule(&b.push, s.cursor, des.ClassClient, uint32(s.client.Index()))
}

// arm publishes the job's fences: what comes next is the push, which ends a call
// that begins at from.
func (b *batch) arm(from fence.Time) {
	b.rig.ids++
	b.job.ID = b.rig.ids
	b.used = true
	b.job.Arm()
	b.finished = b.job.Finished().Get()
	b.finished.Arm(&b.onDone)
	if t := b.rig.config.Tracer; t != nil {
		t.Submit(b.rig.Now(), b.job.ID, b.context.entity.ID(), from, b.finished)
	}
}

// hasRoom resumes the client that waits for the context's queue.
func (c *Context) hasRoom() {
	if s := c.full; s != nil {
		c.full = nil
		s.resumeNow()
	}
}

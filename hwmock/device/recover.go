package device

import (
	"credence/core/fence"
	"credence/core/sched"
	"credence/hwmock/des"
)

// Dead reports whether the device was given up: its firmware crashed, or a reset
// failed, or the profile has none.
func (d *Device) Dead() bool { return d.dead }

// refusal returns why j cannot run: the device is dead, or its end was decided
// already, as for a guilty entity's jobs after a reset.
func (j *Job) refusal() fence.Errno {
	d := j.Queue.device
	switch {
	case d.dead:
		return fence.ENODEV
	case d.faults.timeouts > 0:
		return j.Finished().Err()
	}
	return fence.OK
}

// TimedOutJob recovers from a job that took too long. It first looks at the
// stamps, since an interrupt may have been lost: if the job is done by them, it
// does not hang. Otherwise, if the profile has a reset, the scheduler is stopped,
// its jobs are taken off the device, the reset takes its time, in which their
// firmware queues take no messages, and the jobs are given to the device again.
// If there is no reset, or it fails, the device is given up: every job on it and
// every one that comes fails with ENODEV.
func (d *Device) TimedOutJob(sj *sched.Job, r *sched.Recovery) (sched.Verdict, fence.Duration) {
	j := sj.Owner.(*Job)
	f := d.faulty()
	f.timeouts++
	for k := range j.Queue.fw {
		j.Queue.fw[k].read()
	}
	if j.hw.Signaled() {
		return sched.VerdictNoHang, 0
	}
	cost := d.profile.Reset
	if !d.profile.Resets || f.hit(ResetFails, j.Queue.group, j) {
		d.crash()
		r.Stop(sj)
		r.Start(fence.ENODEV)
		return sched.VerdictNoDevice, cost
	}
	r.Stop(sj)
	r.IncreaseKarma(sj)
	sj.Entity().Scheduler().Pending(func(p *sched.Job) bool {
		p.Owner.(*Job).Queue.group.reset(cost)
		return true
	})
	r.Resubmit()
	r.Start(fence.OK)
	return sched.VerdictReset, cost
}

// CancelJob ends the jobs on the firmware queues of sj's user queue with
// ECANCELED: its scheduler is being torn down.
func (d *Device) CancelJob(sj *sched.Job) {
	sj.Owner.(*Job).Queue.group.empty(fence.ECANCELED)
}

// crash ends every job with ENODEV, now and from now on.
func (d *Device) crash() {
	d.dead = true
	d.faulty()
	f := &d.firmware
	d.events.Cancel(&f.pickup)
	d.events.Cancel(&f.look)
	f.inbox, f.mail = [Priorities]messages{}, 0
	f.held, f.channels = messages{}, [len(f.channels)]channel{}
	for _, g := range d.groups {
		g.empty(fence.ENODEV)
	}
}

// reset takes everything off the group's rings, and keeps messages from them for
// as long as the reset takes.
func (g *group) reset(d fence.Duration) {
	g.empty(fence.ECANCELED)
	if d > 0 && !g.down {
		g.down = true
		g.device.events.Schedule(&g.up, g.device.events.Now().Add(d), des.ClassHardware, 0)
	}
}

// groupUp is a group as the handler of the end of its reset.
type groupUp group

// Fire sends what has waited for it.
func (u *groupUp) Fire(fence.Time, *des.Event) {
	g := (*group)(u)
	g.down = false
	for !g.later.empty() {
		m := g.later.pop()
		g.device.firmware.send(&m)
	}
}

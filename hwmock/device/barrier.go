package device

// target returns the queue and the stamp that a barrier of job j waits for; a
// nil queue if there is nothing to wait for, or the host has seen the end of it:
// a stamp compares right for half its range only, 2^23 commands.
func (c *Command) target(j *Job) (*fwQueue, uint32) {
	after := j
	if c.After != nil {
		if after = c.After; after.gen != c.AfterGen {
			return nil, 0
		}
	}
	if !after.has[c.AfterKind] || after.left == 0 {
		return nil, 0
	}
	return &after.Queue.fw[c.AfterKind], after.last[c.AfterKind]
}

// met reports whether a barrier holds nothing back.
func (e *entry) met() bool { return e.after == nil || int32(e.after.stamp-e.stamp) >= 0 }

func (q *fwQueue) addWaiter(w *fwQueue) {
	p := &q.waiters
	for *p != nil {
		p = &(*p).nextWait
	}
	*p = w
}

func (q *fwQueue) dropWaiter(w *fwQueue) {
	for p := &q.waiters; *p != nil; p = &(*p).nextWait {
		if *p == w {
			*p, w.nextWait = w.nextWait, nil
			return
		}
	}
}

// release lets go the queues whose barrier on q is met now, oldest first. The
// others keep their places.
func (q *fwQueue) release() {
	var met *fwQueue
	last := &met
	for p := &q.waiters; *p != nil; {
		w := *p
		if !w.at(w.started).met() {
			p = &w.nextWait
			continue
		}
		*p, w.nextWait = w.nextWait, nil
		*last, last = w, &w.nextWait
	}
	for w := met; w != nil; {
		next := w.nextWait
		w.nextWait = nil
		w.letGo(forBarrier)
		w = next
	}
}

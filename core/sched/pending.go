package sched

// jobList is a doubly linked list of jobs, oldest first. The worker's.
type jobList struct{ head, tail *Job }

func (l *jobList) append(j *Job) {
	j.prev, j.next = l.tail, nil
	if l.tail == nil {
		l.head = j
	} else {
		l.tail.next = j
	}
	l.tail = j
}

// pop takes the oldest job off.
func (l *jobList) pop() *Job {
	j := l.head
	l.head = j.next
	if j.next == nil {
		l.tail = nil
		return j
	}
	j.next.prev = nil
	j.next = nil
	return j
}

// done reports whether the oldest job has finished.
func (l *jobList) done() bool { return l.head != nil && l.head.fences.Finished.Signaled() }

// prepend puts j back at the head.
func (l *jobList) prepend(j *Job) {
	j.touch("VerdictNoHang or Stop")
	j.prev, j.next = nil, l.head
	if l.head == nil {
		l.tail = j
	} else {
		l.head.prev = j
	}
	l.head = j
}

func (l *jobList) remove(j *Job) {
	if j.prev == nil {
		l.head = j.next
	} else {
		j.prev.next = j.next
	}
	if j.next == nil {
		l.tail = j.prev
	} else {
		j.next.prev = j.prev
	}
	j.next, j.prev = nil, nil
}

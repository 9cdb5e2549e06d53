package plainsched

import (
	"cmp"
	"container/heap"
	"slices"
)

// Priority orders entities; a smaller number is more important.
type Priority uint8

// The priorities.
const (
	Kernel Priority = iota
	High
	Normal
	Low
	NumPriorities
)

// runQueue holds the entities that have a job which may be selected, a heap for
// each priority, and knows who is a member at all. Guarded by Scheduler.mu.
type runQueue struct {
	ready   [NumPriorities]entityHeap
	members map[*Entity]struct{}
	seq     uint64 // of the last place given
}

// place is where an entity stands in a runQueue.
type place struct {
	submit   Time   // of its oldest job
	seq      uint64 // behind those who came here before, if submitted together
	joined   uint64 // when it became a member
	index    int    // in the heap; -1 if it is not there
	priority Priority
}

// entityHeap is a heap.Interface: who was submitted to first comes first.
type entityHeap []*Entity

func (h entityHeap) Len() int { return len(h) }

func (h entityHeap) Less(i, j int) bool {
	a, b := &h[i].place, &h[j].place
	return a.submit < b.submit || a.submit == b.submit && a.seq < b.seq
}

func (h entityHeap) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].place.index, h[j].place.index = i, j
}

func (h *entityHeap) Push(x any) {
	e := x.(*Entity)
	e.place.index = len(*h)
	*h = append(*h, e)
}

func (h *entityHeap) Pop() any {
	n := len(*h) - 1
	e := (*h)[n]
	(*h)[n] = nil
	*h = (*h)[:n]
	e.place.index = -1
	return e
}

// first returns the entity to serve next, or nil.
func (q *runQueue) first() *Entity {
	for i := range q.ready {
		if len(q.ready[i]) > 0 {
			return q.ready[i][0]
		}
	}
	return nil
}

// rank places e by its oldest job, behind equals.
func (q *runQueue) rank(e *Entity) {
	q.seq++
	e.place.submit, e.place.seq = e.jobs.head.submit, q.seq
}

// insert adds e where it is ranked.
func (q *runQueue) insert(e *Entity) { heap.Push(&q.ready[e.place.priority], e) }

// fix moves e, which is there, to where it is ranked now.
func (q *runQueue) fix(e *Entity) { heap.Fix(&q.ready[e.place.priority], e.place.index) }

// remove takes e off, if it is there.
func (q *runQueue) remove(e *Entity) {
	if e.place.index >= 0 {
		heap.Remove(&q.ready[e.place.priority], e.place.index)
	}
}

// join makes e a member and reports whether it was none.
func (q *runQueue) join(e *Entity) bool {
	if _, ok := q.members[e]; ok {
		return false
	}
	q.seq++
	e.place.joined = q.seq
	q.members[e] = struct{}{}
	return true
}

// expel takes e off and reports whether it was a member.
func (q *runQueue) expel(e *Entity) bool {
	if _, ok := q.members[e]; !ok {
		return false
	}
	q.remove(e)
	delete(q.members, e)
	return true
}

// list returns the members by priority, and in the order of joining.
func (q *runQueue) list() []*Entity {
	all := make([]*Entity, 0, len(q.members))
	for e := range q.members {
		all = append(all, e)
	}
	slices.SortFunc(all, func(a, b *Entity) int {
		return cmp.Or(cmp.Compare(a.place.priority, b.place.priority),
			cmp.Compare(a.place.joined, b.place.joined))
	})
	return all
}

// jobList is a doubly linked list of jobs, oldest first.
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

func (l *jobList) prepend(j *Job) {
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

// done reports whether the oldest job has finished.
func (l *jobList) done() bool { return l.head != nil && l.head.fences.finished.Signaled() }

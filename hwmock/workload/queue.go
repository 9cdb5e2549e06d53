package workload

// queue is the batches of a client on one engine, oldest first, that a q step
// counts: a ring that grows to what is needed and stays.
type queue struct {
	ring  []*ref // length a power of two
	first int
	len   int
}

// push appends r.
func (q *queue) push(r *ref) {
	if q.len == len(q.ring) {
		grown := make([]*ref, max(8, 2*len(q.ring)))
		for i := range q.len {
			grown[i] = q.at(i)
		}
		q.ring, q.first = grown, 0
	}
	q.ring[(q.first+q.len)&(len(q.ring)-1)] = r
	q.len++
}

// at returns the i-th oldest.
func (q *queue) at(i int) *ref { return q.ring[(q.first+i)&(len(q.ring)-1)] }

// pop removes the oldest, of which there is one.
func (q *queue) pop() *ref {
	r := q.at(0)
	q.first = (q.first + 1) & (len(q.ring) - 1)
	q.len--
	return r
}

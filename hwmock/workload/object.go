package workload

import "slices"

// ref is a batch or software fence that the host knows, counted: the handle
// goes back to the host when nothing names it, or when it is seen to be done.
type ref struct {
	handle Handle // NoHandle once done
	count  int32
	order  int32  // timeline within the group, noOrder if it has none
	step   int32  // of the file, for messages
	stamp  uint64 // the submission that named it last; see deps.add
	next   *ref   // in the pool
}

// refs hands out refs and takes them back. Its size is the peak of those in
// use; a group shares it.
type refs struct {
	host Host
	free *ref
}

// take returns a ref to h, of a step, with a count of 1.
func (p *refs) take(h Handle, step int, order int32) *ref {
	r := p.free
	if r == nil {
		r = new(ref)
	} else {
		p.free = r.next
	}
	*r = ref{handle: h, count: 1, order: order, step: int32(step)}
	return r
}

// drop gives one count back. r may be nil.
func (p *refs) drop(r *ref) {
	if r == nil {
		return
	}
	if r.count--; r.count > 0 {
		return
	}
	if r.handle != NoHandle {
		p.host.Release(r.handle)
		r.handle = NoHandle
	}
	r.next, p.free = p.free, r
}

// done tells whether r, which may be nil, is done.
func (p *refs) done(r *ref) bool {
	if r == nil || r.handle == NoHandle {
		return true
	}
	if !p.host.Done(r.handle) {
		return false
	}
	p.host.Release(r.handle)
	r.handle = NoHandle
	return true
}

// object is what batches read and write: the result of a batch step or an
// object of a working set. A reader waits for the last writer; a writer waits
// for the last writer and for everyone who has read since.
type object struct {
	writer  *ref
	readers []*ref // of one timeline only the latest
}

// wrote records that r writes the object.
func (o *object) wrote(p *refs, r *ref) {
	r.count++
	o.clear(p)
	o.writer = r
}

// read records that r reads the object.
func (o *object) read(p *refs, r *ref) {
	r.count++
	if r.order != noOrder {
		for i, x := range o.readers {
			if x.order == r.order {
				p.drop(x)
				o.readers[i] = r
				return
			}
		}
	}
	if len(o.readers) == cap(o.readers) {
		o.prune(p)
	}
	o.readers = append(o.readers, r)
}

// prune forgets the readers that are done. It keeps the list as long as the
// readers that are not, times a constant, at a constant cost a reader.
func (o *object) prune(p *refs) {
	kept := o.readers[:0]
	for _, x := range o.readers {
		if p.done(x) {
			p.drop(x)
		} else {
			kept = append(kept, x)
		}
	}
	clear(o.readers[len(kept):])
	o.readers = kept
}

// clear forgets the writer and all readers.
func (o *object) clear(p *refs) {
	p.drop(o.writer)
	o.writer = nil
	for _, x := range o.readers {
		p.drop(x)
	}
	clear(o.readers)
	o.readers = o.readers[:0]
}

// deps collects what one submission waits for, each once and only what is not
// done.
type deps struct {
	stamp  uint64   // of the submission
	list   []Handle // to be done
	starts []Handle // to have started
}

// begin starts the list of the next submission.
func (d *deps) begin() {
	d.stamp++
	d.list, d.starts = d.list[:0], d.starts[:0]
}

// start appends r to what has to have started.
func (d *deps) start(p *refs, r *ref) {
	if !p.done(r) && !slices.Contains(d.starts, r.handle) {
		d.starts = append(d.starts, r.handle)
	}
}

// add appends r, which may be nil.
func (d *deps) add(p *refs, r *ref) {
	if r == nil || r.stamp == d.stamp {
		return
	}
	r.stamp = d.stamp
	if !p.done(r) {
		d.list = append(d.list, r.handle)
	}
}

// addReaders appends all readers of o.
func (d *deps) addReaders(p *refs, o *object) {
	for _, r := range o.readers {
		d.add(p, r)
	}
}

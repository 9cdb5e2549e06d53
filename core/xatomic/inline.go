//go:build !explore

package xatomic

// inlined calls the methods of every alias. The compiler passes the bodies of
// another package's functions on to those who import this one only if code
// compiled here inlines them; without this, each atomic operation of the core
// would be a function call in place of an instruction: 2,814 instructions for a
// job's whole path through the scheduler in place of 2,346.
func inlined(a *Uint32, b *Uint64, c *Int64, m *Mutex) {
	m.Lock()
	a.Store(a.Load() + a.Swap(0) + a.Add(1) + a.And(1) + a.Or(1))
	m.Unlock()
	a.CompareAndSwap(0, 1)
	b.Store(b.Load() + b.Swap(0) + b.Add(1) + b.And(1) + b.Or(1))
	b.CompareAndSwap(0, 1)
	c.Store(c.Load() + c.Swap(0) + c.Add(1) + c.And(1) + c.Or(1))
	c.CompareAndSwap(0, 1)
}

// inlinedPointer does the same for Pointer.
func inlinedPointer(p *Pointer[int]) {
	p.Store(p.Swap(p.Load()))
	p.CompareAndSwap(nil, nil)
}

var _, _ = inlined, inlinedPointer

//go:build explore

package explore

import "iter"

// coroutine is a thread's stack, which serves one execution after another.
type coroutine struct {
	next func() (struct{}, bool)
	stop func()
	back func(struct{}) bool
}

// start makes a coroutine that runs body each time that it is resumed after body
// has returned.
func (c *coroutine) start(body func()) {
	c.next, c.stop = iter.Pull(func(yield func(struct{}) bool) {
		c.back = yield
		for {
			body()
			if !yield(struct{}{}) {
				return
			}
		}
	})
}

// resume lets the coroutine go on until it suspends itself or body returns.
func (c *coroutine) resume() { c.next() }

// suspend returns to whoever resumed the coroutine. From within it.
func (c *coroutine) suspend() { c.back(struct{}{}) }

// end ends the coroutine, whose body has returned.
func (c *coroutine) end() { c.stop() }

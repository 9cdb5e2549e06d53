//go:build explore

package explore

// done estimates how much of what a search goes through lies behind it, 0 to 1: at
// each choice on the path, those that were played before count as much as the ones
// that are left. Where states are met again what is left is less than it looks.
func (e *engine) done() (share float64) {
	if o := &e.options; o.Executions > 0 {
		return min(1, float64(e.executed)/float64(o.Executions))
	}
	part := 1.0
	for i := range e.nodes[:min(e.depth, len(e.nodes))] {
		n := &e.nodes[i]
		all, played := 0, 0
		if n.choice {
			all, played = int(n.of), int(n.value)
		} else {
			for m := (n.backtrack | n.done) &^ n.sleep; m != 0; m &= m - 1 {
				all++
			}
			for m := n.done; m != 0; m &= m - 1 {
				played++
			}
			played--
		}
		if all > 1 {
			part /= float64(all)
			share += part * float64(played)
		}
	}
	return min(share, 1)
}

// remembered is how many states are kept.
func (e *engine) remembered() int {
	if s, ok := e.strategy.(*states); ok {
		return len(s.met)
	}
	return len(e.visited)
}

package credit

// Unseen returns what has come back in each lane since the holder looked last,
// as the words have it: with nothing checked.
func (l *Lanes) Unseen() [MaxLanes]uint32 {
	d := l.returned.load().minus(l.seen)
	var back [MaxLanes]uint32
	for i := range wordLanes {
		back[i], back[wordLanes+i] = lane(d.low, i), lane(d.high, i)
	}
	return back
}

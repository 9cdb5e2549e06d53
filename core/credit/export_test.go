package credit

// Unseen returns what has come back in each lane since the holder looked last,
// as the words have it: with nothing checked.
func (l *Lanes) Unseen() [MaxLanes]uint32 {
	low := l.returned.low.Load() - l.seen.low
	high := l.returned.high.Load() - l.seen.high
	var back [MaxLanes]uint32
	for i := range wordLanes {
		back[i], back[wordLanes+i] = lane(low, i), lane(high, i)
	}
	return back
}

package fence

// NumOutcomes is how many outcomes Arm has.
const NumOutcomes = int(numOutcomes)

// SetArmings pretends that cb, which is linked nowhere, was armed n times
// before; the count wraps at 1<<30.
func (cb *Callback) SetArmings(n uint32) { cb.state.Store(n * cbNext) }

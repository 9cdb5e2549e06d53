package target

import (
	"credence/fuzz/prog"
	"credence/hwmock/device"
	"credence/hwmock/profile"
)

// profiles are those that programs name, of which Engine uses no more than that
// nothing takes time on the host, and engines the engines that serve
// each kind of firmware queue there: all of them, so that commands overtake
// each other where the hardware lets them.
var (
	profiles = [...]*profile.Profile{
		prog.Engine: load(prog.Ideal), prog.Ideal: load(prog.Ideal), prog.AppleM1: load(prog.AppleM1),
	}
	engines = [len(profiles)][device.NumKinds]uint64{
		prog.Ideal:   enginesOf(profiles[prog.Ideal]),
		prog.AppleM1: enginesOf(profiles[prog.AppleM1]),
	}
)

func load(p prog.Profile) *profile.Profile {
	x, err := profile.Load(p.String())
	if err != nil {
		panic(err)
	}
	return x
}

func enginesOf(p *profile.Profile) (sets [device.NumKinds]uint64) {
	for i, e := range p.Engines {
		sets[e.Queue] |= 1 << i
	}
	return sets
}

// parameters returns the profile of d, with its numbers in place of the real
// ones. The firmware holds one command more than the driver counts.
func parameters(d prog.Device) *profile.Profile {
	p := *profiles[d.Profile]
	p.Slots, p.Buffer, p.Ring = d.Slots, d.Slots+1, d.Ring
	return &p
}

package rig

import "credence/hwmock/device"

// spaces are the address spaces of a client by the numbers that its file gives
// them: 0 is the one that contexts share unless it says otherwise.
type spaces []numbered

type numbered struct {
	vm    int
	space *device.Space
}

// find returns the address space of a number, made when it is first asked for.
func (s *spaces) find(d *device.Device, vm int) *device.Space {
	for _, x := range *s {
		if x.vm == vm {
			return x.space
		}
	}
	*s = append(*s, numbered{vm, d.NewSpace()})
	return (*s)[len(*s)-1].space
}

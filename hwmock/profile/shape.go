package profile

import "fmt"

// Shape is how a device takes work.
type Shape uint8

// The shapes.
const (
	// ShapeFirmware: a firmware feeds engines from three queues a user queue. The
	// driver's test for room is strict, free > need.
	ShapeFirmware Shape = iota
	// ShapeRing: the user queues of one scheduler share one ring, which retires in
	// order. Slots are those in flight; the test for room is exact.
	ShapeRing
	numShapes
)

var shapeNames = [numShapes]string{"firmware", "ring"}

// String returns the shape's name, such as "ring".
func (s Shape) String() string {
	if s >= numShapes {
		return fmt.Sprintf("shape(%d)", uint8(s))
	}
	return shapeNames[s]
}

// Notify is when the firmware tells the host of completions.
type Notify uint8

// The ways to notify.
const (
	// NotifyEach: when a command retires.
	NotifyEach Notify = iota
	// NotifyThreshold: when as many commands of a user queue have retired as its
	// notifier's threshold says, which each run raises by those that it adds: the
	// completions of what was run meanwhile come in one.
	NotifyThreshold
	numNotifies
)

var notifyNames = [numNotifies]string{"each", "threshold"}

// String returns the way's name, such as "each".
func (n Notify) String() string {
	if n >= numNotifies {
		return fmt.Sprintf("notify(%d)", uint8(n))
	}
	return notifyNames[n]
}

//go:build gofuzz || gofuzz_libfuzzer

package target

// What go-fuzz wants to hear of an input.
const (
	dull        = 0
	interesting = 1 // mutate it more
)

// The entry points of go-fuzz.

func FuzzSystem(data []byte) int   { return enter("System", data) }
func FuzzCore(data []byte) int     { return enter("Core", data) }
func FuzzSpsc(data []byte) int     { return enter("Spsc", data) }
func FuzzCredit(data []byte) int   { return enter("Credit", data) }
func FuzzFence(data []byte) int    { return enter("Fence", data) }
func FuzzWsim(data []byte) int     { return enter("Wsim", data) }
func FuzzProfile(data []byte) int  { return enter("Profile", data) }
func FuzzProgram(data []byte) int  { return enter("Program", data) }
func FuzzTimeline(data []byte) int { return enter("Timeline", data) }

// FuzzEmpty does nothing: it is what the rates of other targets are compared to.
func FuzzEmpty([]byte) int { return dull }

func enter(name string, data []byte) int {
	ok, f := Enter(name, data)
	if f != nil {
		Die(f)
	}
	if ok {
		return interesting
	}
	return dull
}

package xatomic

// CacheLine is the distance in bytes that keeps two words off each other's
// cache line, on amd64 and arm64 servers.
const CacheLine = 64

// Pad fills one cache line between two groups of fields that different
// goroutines write.
type Pad [CacheLine]byte

// Gap does the same between two words, wherever the 8-byte aligned struct that
// holds them starts: they begin a cache line apart.
type Gap [CacheLine - 8]byte

// NoCopy makes go vet report a copy of the struct that has it as a field.
type NoCopy struct{}

// Lock is what go vet's copylocks looks for.
func (*NoCopy) Lock() {}

// Unlock is what go vet's copylocks looks for.
func (*NoCopy) Unlock() {}

// Package theory has no code but its tests: they run queues whose mean waiting
// time is known in closed form through the core, the rig and the ideal device,
// and compare. It refuses to simulate by itself: arrivals come from hwmock/gen,
// waiting is done in entities, schedulers and engines, and what is compared is
// what the schedulers' observer and the rig's latencies say.
//
//	go test ./hwmock/theory                 # ten seconds, 60,000 jobs a seed
//	go test ./hwmock/theory -jobs 1000000   # minutes
package theory

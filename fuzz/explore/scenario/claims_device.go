//go:build explore

package scenario

import "credence/fuzz/explore"

const (
	sim   = "go run ./bench/cmd/schedbench sim "
	study = "go run ./bench/cmd/schedbench study -device apple-m1 "
)

// fairnessClaims are about who gets on at whose cost: H13 to H17, H28.
func fairnessClaims() []Claim {
	return []Claim{
		{"H13", "König", "With a predicate, a stream of small jobs of one client can keep another's " +
			"big job from ever finding enough room.", Conditions,
			"True if jobs behind a big one that does not fit may pass it, and of several schedulers that " +
				"share a pool, whatever they wait by, fences included. Not true of one scheduler that stops at " +
				"the first job that does not fit, as today's does, nor where the limit is one queue's own, as " +
				"asahi's was.",
			[]Evidence{fails("2023/bypass", explore.Assertion), holds("2023/no bypass"),
				fails("2023/rivals", explore.Assertion),
				runs("in the core a job that does not fit holds back those behind it, step by step as recorded",
					"go run ./fuzz/cmd/schedfuzz repro fuzz/testdata/no-bypass.txt", "nothing is broken")}},
		{"H14", "Lina", "It cannot starve in asahi: commands in the firmware's queues only wait for " +
			"commands that were submitted before them, so the queues drain.", Conditions,
			"The condition is the one that she names. A barrier on a command that comes later stops both " +
				"queues for ever.",
			[]Evidence{holds("2023/barrier on the past"), fails("2023/barrier on the future", explore.LostWakeup),
				runs("20 rounds of batches that wait for each other's whole group: all 480 end",
					sim+"-repeats 20 gen:barriers", "gen:barriers 480 ")}},
		{"H15", "Lina", "To keep somebody from a firmware slot it takes some 63 queues in as many " +
			"address spaces, all submitting back to back; there is no fairness code against that.", Confirmed,
			"On a device with 63 slots that are handed out in the order of asking: with 63 clients all get " +
				"the same (Jain's index of their jobs is 999941 ppm of 1), with 64 one gets nothing at all " +
				"(984317, which is 63 of 64). The order of asking does not help, since a busy queue gives nothing back.",
			[]Evidence{
				runs("63 clients: Jain 999941 ppm", study+"-queues 63 -time 500ms gen:vm-storm:vms=63", "| 999941 |"),
				runs("64 clients: Jain 984317 ppm", study+"-queues 64 -time 500ms gen:vm-storm:vms=64", "| 984317 |"),
				runs("the 64th stands in line before it is armed",
					"go test ./hwmock/device -run '^TestAddressSpacesAreExhaustedBy63$' -v", "--- PASS")}},
		{"H16", "Lina, against König", "Slots that are taken in the ioctl cannot break the progress of fences, " +
			"since a client blocks there before any fence of its job is published.", Conditions,
			"It holds if they are taken before arm, and not if they are taken in run_job: then a published " +
				"fence waits for a queue that waits for that fence. That others can still be starved (H15), as " +
				"König says, is not touched by it.",
			[]Evidence{holds("2023/slot before arm"), fails("2023/slot in run_job", explore.LostWakeup),
				runs("waiting between Arm and Push is found out at run time",
					"go test -tags invariants ./core/sched -run '^TestProducerIsInTheSectionFromArmToPush$' -v",
					"--- PASS")}},
		{"H17", "Lina", "Where slots are scarce, reserving some for important clients, or forcing round trips " +
			"through the processor, would bring progress back.", Conditions,
			"Round trips do: 64 clients that wait for each batch all get the same (999974 ppm), where 64 " +
				"that do not leave one with nothing (984317), for the same number of jobs in all. A reservation " +
				"is not built here, and nothing is said of it.",
			[]Evidence{
				runs("64 clients with round trips: Jain 999974 ppm",
					study+"-queues 64 -time 500ms results/claims/round-trip.wsim", "| 999974 |"),
				runs("without: Jain 984317 ppm", study+"-queues 64 -time 500ms gen:vm-storm:vms=64", "| 984317 |")}},
		{"H28", "König", "amdgpu does that with fences already: VMIDs, which all processes share, and gang " +
			"submission wait in prepare_job for the fences of those who have them.", Conditions,
			"A pool of ids that is asked for under a lock, and reserves what it finds, keeps its promises " +
				"with one scheduler and with two (the driver that is right in H23). Whoever waits for the oldest " +
				"fence can be passed by others any number of times: nobody starves while the others come to an end, " +
				"and nothing forbids it otherwise. Without the reservation prepare overruns what two schedulers " +
				"share, in the core as well. Gangs are not modelled.",
			[]Evidence{becomes("frsw", true, false, 2, "ok"), inCore("frs", AskedPrepareBefore, 2, "O"), fails("2023/rivals", explore.Assertion),
				runs("the drivers with fences keep their promises, with one scheduler and with two",
					"go test -tags explore ./fuzz/explore/footgun -run '^TestRightDrivers$' -v", "--- PASS")}},
	}
}

// firmwareClaims are about limits of the firmware, interfaces and rules: H18 to H21,
// H23 to H25, H27.
func firmwareClaims() []Claim {
	return []Claim{
		{"H18", "Lina", "More commands in flight than the firmware's queue was built for overflow a " +
			"buffer of fixed size in it; completions are then lost track of, and queues stick.", Confirmed,
			"By construction: the device is built from that report, and detects what a driver lets through. " +
				"With one credit a job 3 jobs end in a second; with a number for each limit 13205, and no over-run.",
			[]Evidence{
				runs("the 129th command, and queues that are stuck",
					sim+"-flow credits-job:1280 bench/workloads/burst.wsim", "to 129 outstanding commands", "burst 3 "),
				runs("a number for each limit: no over-run", sim+"-flow lanes bench/workloads/burst.wsim", "burst 13205 "),
				runs("126 to 129 commands in each kind of queue",
					"go test ./hwmock/device -run '^TestFirmwareHolds128Commands$' -v", "--- PASS")}},
		{"H19", "Lina", "A submission that exceeds a limit all by itself must be refused at once; a cap of 64 " +
			"commands is safe for all.", Confirmed,
			"A job that needs more than there ever is waits for ever behind a predicate. The core refuses it " +
				"when it is initialised where there is a number for each limit, and cuts it to the limit, with a " +
				"warning, where there is one.",
			[]Evidence{fails("today/over the limit", explore.LostWakeup),
				runs("what Job.Init refuses", "go test ./core/sched -run '^TestJobInitRefuses$' -v", "--- PASS"),
				runs("126 commands fit into an empty queue, so 64 do",
					"go test ./hwmock/device -run '^TestLanesAreWhatAStrictAdmissionLetsIn$' -v", "--- PASS")}},
		{"H20", "Lina, Vetter, König", "run_job must not allocate with blocking: reclaim may wait for any fence, " +
			"the job's own among them.", Confirmed,
			"With an allocator that waits for some unsignalled fence, every one of them in turn, the scheduler " +
				"stops for ever when it is the job's own. How often reclaim does that in a real system is not said. " +
				"To allocate atomically, and to fail, stays permitted.",
			[]Evidence{fails("today/run_job allocates", explore.LostWakeup),
				runs("seven misdeeds in each of six callbacks are found out, with the place",
					"go test -tags invariants ./core/sched -run '^TestPlantedBackendsAreCaught$' -v", "--- PASS")}},
		{"H21", "Lina, 9 March", "A scheduler that is torn down with jobs in the hardware is called back by " +
			"their completions after it is gone.", Confirmed,
			"Of a teardown as that of 2023, which neither waits for them nor cancels them. Today's core " +
				"cancels and frees them; the kernel's own test of that is one of ours.",
			[]Evidence{fails("2023/fini, dangling", explore.Assertion), holds("2023/fini, waits"),
				holds("sched/teardown"),
				runs("the kernel's cases", "go test ./core/sched -run '^TestKunit(Cancel|EntityCleanup)$' -v",
					"PASS: TestKunitCancel", "PASS: TestKunitEntityCleanup")}},
		{"H23", "Ekstrand, 9 March", "The callback can be implemented rightly, but is not likely to be: it is a " +
			"foot-gun.", Conditions, footgunSays,
			[]Evidence{runs(footgunShows, footgunCommand, footgunWants...)}},
		{"H24", "König, 9 March", "What a submission needs can be told when it is submitted; asking the firmware " +
			"each time is much slower.", Conditions,
			"The first half holds where the need is static: numbers for each limit, taken at submission, did " +
				"what the predicate did, event for event, and neither over-ran. The second half is not settled: " +
				"here the question costs nothing, and what firmware takes to answer is known to nobody here. " +
				"What naming fences costs is: 437 vain turns of the scheduler per 1000 jobs.",
			[]Evidence{runs("burst: lanes and canrun in one row, prepare apart by its vain turns alone",
				study+"-queues 1 -time 200ms bench/workloads/burst.wsim", "lanes, canrun | 2663 ", "prepare | 2663 ")}},
		{"H25", "Vetter, 5 April", "Such rules cannot be put into types; they can only be checked while the " +
			"program runs, by annotations like lockdep's.", Unsettled,
			"That no type system could is not for a machine to say. That a check at run time can: each of seven " +
				"misdeeds compiles, and is found out in each of six callbacks, with the place.",
			[]Evidence{runs("planted backends", "go test -tags invariants ./core/sched -run "+
				"'^Test(PlantedBackendsAreCaught|EveryCallbackHasTheToken|CallsFromOutsideAreLetBe)$' -v",
				"PASS: TestPlantedBackendsAreCaught", "PASS: TestEveryCallbackHasTheToken",
				"PASS: TestCallsFromOutsideAreLetBe")}},
		{"H27", "follows from the limits", "One number of credits cannot stand for three independent limits: it " +
			"admits too little or too much.", Confirmed,
			"For any number for each kind of command: if what fills all three queues is to be admitted, so is " +
				"one queue over its limit, unless each kind costs more than 126 times the two others together, " +
				"which two cannot both. Measured, jobs of a second: the largest need of a job 11799, a number for each limit 13205; " +
				"the sum 10396; one a job overflows the firmware after three.",
			[]Evidence{
				runs("the largest need: 11799 jobs", sim+"-flow credits-max:126 bench/workloads/burst.wsim", "burst 11799 "),
				runs("the sum: 10396", sim+"-flow credits-sum:126 bench/workloads/burst.wsim", "burst 10396 "),
				runs("a number for each limit: 13205", sim+"-flow lanes bench/workloads/burst.wsim", "burst 13205 "),
				runs("one credit a job: the 129th command", sim+"-flow credits-job:1280 bench/workloads/burst.wsim",
					"to 129 outstanding commands")}},
	}
}

const (
	footgunCommand = "go run ./fuzz/cmd/schedfuzz explore footgun"
	footgunSays    = "Of drivers with one to three mistakes, drawn alike for both interfaces (500 of each that differ " +
		"from the right one), over a pool of the scheduler's own, 96.0 % are broken behind a predicate " +
		"(93.9 to 97.4) and 85.2 % behind a question for a fence (81.8 to 88.0); of those with one mistake 88.4 " +
		"and 66.7 %. So the predicate forgives less, and neither forgives much. Over a pool that two schedulers " +
		"share it is the other way round: 95.0 % (92.7 to 96.6) against 98.2 % (96.6 to 99.1), since references and " +
		"retirement can be got wrong too. The mistakes and their odds were committed before any were drawn, when " +
		"only single ones had been tried, to test the judge; they are a list, the drivers are a dozen steps of ours, and which mistakes people make is not known here."
	footgunShows = "the tables, of 500 drivers each, with every single mistake at every place"
)

var footgunWants = []string{
	"broken 96.0 % (93.9 to 97.4) 85.2 % (81.8 to 88.0) 95.0 % (92.7 to 96.6) 98.2 % (96.6 to 99.1)",
	"of 1 mistake 88.4 % (82.8 to 92.4) 66.7 % (58.7 to 73.8)",
}

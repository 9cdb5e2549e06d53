//go:build explore

package scenario

import "credence/fuzz/explore"

// waitClaims are about the wait itself: H1 to H8.
func waitClaims() []Claim {
	return []Claim{
		{"H1", "Lina, 8 March", "The patch as posted can busy-loop: the thread is awake whenever an entity is " +
			"ready, and a predicate that says no sends it round again.", Confirmed,
			"No preemption is needed. In today's core the same happens if a RUN item that the predicate " +
				"stopped queues itself again; it does not.",
			[]Evidence{fails("2023/as posted", explore.BusyLoop), fails("today/as posted", explore.BusyLoop)}},
		{"H2", "follows from the patch", "As posted, killing an entity can hang: selecting it says that it is " +
			"busy, and the way back from a predicate that says no does not say that it is idle again.",
			Confirmed, "It ends in every interleaving if that way back says so. In today's core a kill " +
				"ends although the predicate holds the entity's job back for good.",
			[]Evidence{fails("2023/kill", explore.LostWakeup), holds("2023/kill, told"),
				holds("today/kill, held back")}},
		{"H3", "Lina", "As posted it may spin, but it cannot deadlock: once the predicate is true, " +
			"the job runs.", Conditions,
			"True of the thread's own sleep, whenever the resource is free before the fence signals. The " +
				"kill of H2 is a deadlock that the patch has nevertheless.",
			[]Evidence{exhausts("2023/as posted, spinning allowed"), fails("2023/kill", explore.LostWakeup)}},
		{"H4", "König, 8 March", "The callback says no; before that answer is acted upon, all hardware fences " +
			"signal; the scheduler then sleeps, and nothing is left to wake it.", Conditions,
			"True of a thread that asks, and then sleeps without asking again after it has announced that " +
				"it sleeps. Not true of the patch as posted, which does not sleep there (H1), nor of the " +
				"predicate inside the wait's condition (H5).",
			[]Evidence{fails("2023/test then sleep", explore.LostWakeup),
				fails("today/test then sleep", explore.Assertion),
				exhausts("2023/as posted, spinning allowed"), exhausts("2023/inside")}},
		{"H5", "Lina, 9 March", "Moved into the wait's condition, the predicate loses no wake-up: each change " +
			"of it comes before a completion, and a completion has the condition looked at again.", Conditions,
			"Needed are: free before signal; every change of the answer followed by a completion of this " +
				"scheduler. Without either the thread sleeps for ever, in the loop of 2023 and in today's core. " +
				"asahi's use of it met both.",
			[]Evidence{exhausts("2023/inside"), holds("2023/inside, 2 in the hardware"), holds("sched/canrun"),
				fails("2023/signal before free", explore.LostWakeup),
				fails("today/signal before free", explore.LostWakeup),
				fails("2023/resource of another", explore.LostWakeup),
				fails("today/resource of another", explore.LostWakeup)}},
		{"H6", "König, 8 and 9 March", "Nothing orders the variables that the predicate reads against the " +
			"wake-up; fences exist so that drivers need not get such side channels right.", Conditions,
			"Read as a data race: plain memory that is read at any time races, and read by who has seen " +
				"the fence it does not. Read as weak memory it is not settled: Go's atomics have no weaker order.",
			[]Evidence{fails("2023/plain predicate", explore.DataRace), holds("2023/plain, behind the fence")}},
		{"H7", "Lina", "The predicate is no different from the limit on jobs that the scheduler has " +
			"anyway: if one loses wake-ups, both do.", Conditions,
			"The same as long as H5's conditions hold, which the limit meets by itself: the scheduler " +
				"returns the slot, and wakes after it. The limit with the two swapped fails in the same way.",
			[]Evidence{exhausts("2023/limit"), exhausts("2023/inside"), holds("sched/2 jobs, 1 in flight"),
				holds("sched/canrun"), fails("wait/late", explore.LostWakeup)}},
		{"H8", "König, first answer; Vetter, 5 April", "A published job may wait for fences and for the " +
			"progress of its hardware, and for nothing else; a callback that can wait for anything cannot be " +
			"used without breaking that.", Conditions,
			"The rule is a convention, and not for a machine to settle. That the callback cannot be used " +
				"within it is refuted by one that reads its own queue; that nothing keeps it within the rule " +
				"is confirmed by one that reads another's.",
			[]Evidence{holds("sched/canrun"), fails("today/resource of another", explore.LostWakeup)}},
	}
}

// fenceClaims are about naming a fence to wait for, and about wake-ups by one.
func fenceClaims() []Claim {
	return []Claim{
		{"H9", "König and Lina agree", "Returning the fence of the oldest command in flight from prepare_job " +
			"does what the predicate does, within the rules.", Conditions,
			"As long as the completion frees before it signals, and retires the fence from the list not " +
				"before it frees: otherwise no fence is found while nothing is free, and the job runs.",
			[]Evidence{holds("sched/prepare"), inCore("frs", AskedPrepareBefore, 1, "ok"),
				inCore("rfs", AskedPrepareBefore, 1, "O"), becomes("fsrw", true, false, 1, "ok"),
				becomes("rfsw", true, true, 1, "O")}},
		{"H10", "Lina, 9 March", "That is safe if the reference to the fence is taken before the look whether " +
			"there is room, or both under one lock.", Conditions,
			"Not by itself: free must come before retire as well. With that, a reference taken after the " +
				"look is as safe with one scheduler, since no fence to be found means that there is room by " +
				"now. Where two schedulers share the pool and a missing fence means run, both orders overrun " +
				"unless the look reserves what it finds.",
			[]Evidence{becomes("fsrw", true, false, 1, "ok"), becomes("rfsw", true, true, 1, "O"),
				becomes("frsw", false, true, 1, "ok"), inCore("frs", AskedPrepareAfter, 1, "ok"),
				becomes("frsw", true, true, 2, "O"), becomes("frsw", false, true, 2, "O")}},
		{"H11", "König, as a question", "A fence of the entity's own earlier job is optimised away by the " +
			"dependency code, so it cannot serve to wait.", Confirmed,
			"Worse: the callback is asked again at once, for ever. The hardware's fence serves, and asahi " +
				"has one of its own context; the claim's author proposed to adjust the code.",
			[]Evidence{fails("sched/prepare, own fence", explore.BusyLoop), holds("sched/prepare")}},
		{"H12", "follows from H10", "If the fence signals before the room is free, naming fences spins, or " +
			"overruns.", Confirmed,
			"It spins for as long as the completion takes from one step to the other; it overruns if " +
				"retire comes before free and a missing fence means run.",
			[]Evidence{becomes("sfrw", true, false, 1, "oks"), becomes("srfw", true, true, 1, "Os"),
				fails("today/prepare, signal before free", explore.BusyLoop)}},
		{"H22", "Lina", "A completion must always cause a turn of the scheduler, or nothing else " +
			"would make progress either.", Confirmed,
			"With it all jobs run; without it the second job waits for ever.",
			[]Evidence{holds("sched/2 jobs, 1 in flight"), fails("wait/silent", explore.LostWakeup)}},
		{"H26", "Vetter", "A prepare_job that may return no fence is fine as an interface.", Confirmed,
			"No fence means run, in the scheduler of the scenario as in drm_sched; that a backend must not " +
				"say so when it merely finds none is H10.",
			[]Evidence{holds("sched/prepare"), inCore("frs", AskedPrepareBefore, 1, "ok")}},
	}
}

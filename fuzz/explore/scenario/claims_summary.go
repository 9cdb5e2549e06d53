//go:build explore

package scenario

// Summary is what came out, and what did not, in a paragraph.
const Summary = `Both sides were right, of different programs. As posted, the patch spins and can hang a kill; ` +
	`inside the wait's condition a predicate is as good as the limit on jobs, if a completion frees before it ` +
	`signals and if nothing but this scheduler's completions can change the answer, which was so for the driver ` +
	`that asked for it. Nothing holds a driver to that, which was the objection. Naming the oldest job's fence ` +
	`keeps the rule that jobs wait for fences alone, and has conditions of its own that the thread did not ` +
	`name: free before retire, and who shares a pool must reserve what it finds. Of 28 claims 12 are confirmed, ` +
	`15 hold under conditions, none is refuted as a whole, and one is not for a machine to settle. Left open are: ` +
	`memory weaker than Go's (H6), what firmware takes to answer (H24), slots reserved for some (H17), gangs (H28), ` +
	`what types could do (H25), and which mistakes people make (H23).`

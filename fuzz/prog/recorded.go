package prog

import (
	"strconv"
	"strings"

	"credence/core/sched"
)

// recordedLine starts the recorded scripts of the real scheduler.
const recordedLine = "# drm-sched-vector 1 "

// recordedPolicy returns the policy that the first line of a recorded script
// names.
func recordedPolicy(line string) (p sched.Policy, ok bool) {
	rest, ok := strings.CutPrefix(line, recordedLine)
	if !ok {
		return p, false
	}
	for word := range strings.FieldsSeq(rest) {
		if name, found := strings.CutPrefix(word, "policy="); found {
			p, err := sched.ParsePolicy(name)
			return p, err == nil
		}
	}
	return p, false
}

// recordedScript has q read a recorded script, with the habits of the version of
// the scheduler that was recorded.
func (q *parser) recordedScript(p sched.Policy) {
	q.version, q.recorded, q.policy = Version, true, p
	q.jobs, q.entities = map[string]uint8{}, map[string]uint8{}
	q.p.Compat = sched.Upstream70
	if p == sched.Fair {
		q.p.Compat = sched.UpstreamFair
	}
}

// nameEntity gives the entity of a recorded script the next number.
func (q *parser) nameEntity(f *fields) {
	n := len(q.p.Entities)
	if n == MaxEntities {
		f.fail("more than %d entities; split the script", MaxEntities)
		return
	}
	q.entities[f.arg("an entity")] = uint8(n)
}

// entityID returns the entity that text names.
func (f *fields) entityID(what, text string) uint8 {
	if !f.q.recorded {
		return uint8(f.parse(what, text, 0, MaxEntities-1))
	}
	id, ok := f.q.entities[text]
	if !ok {
		f.fail("%s is %s, which is not there; add an entity line above it", what, text)
	}
	return id
}

// jobID returns the job that text names. In a recorded script a number that is
// too large gets one of those that scripts leave free, from the top.
func (f *fields) jobID(what, text string) uint8 {
	if !f.q.recorded {
		return uint8(f.parse(what, text, 0, MaxJobs-1))
	}
	if n, err := strconv.Atoi(text); err == nil && n >= 0 && n < MaxJobs {
		return uint8(n)
	}
	id, ok := f.q.jobs[text]
	if !ok {
		id = uint8(MaxJobs - 1 - len(f.q.jobs)%MaxJobs)
		f.q.jobs[text] = id
	}
	return id
}

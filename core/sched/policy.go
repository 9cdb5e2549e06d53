package sched

import (
	"fmt"
	"slices"
	"strings"
)

// Policy is the order in which entities are served.
type Policy uint8

// The policies.
const (
	// Fair serves the entity that has used the least weighted time: of all
	// priorities together, which are weights.
	Fair Policy = iota
	// FIFO serves the entity whose oldest job was pushed first, strictly by
	// priority.
	FIFO
	// RR serves the entities in turn, strictly by priority.
	RR
	numPolicies
)

var policyNames = [numPolicies]string{"fair", "fifo", "rr"}

// String returns the policy's name.
func (p Policy) String() string { return policyNames[p] }

// PolicyNames lists what ParsePolicy accepts.
func PolicyNames() []string { return slices.Clone(policyNames[:]) }

// ParsePolicy reads a policy's name.
func ParsePolicy(s string) (Policy, error) {
	if i := slices.Index(policyNames[:], s); i >= 0 {
		return Policy(i), nil
	}
	return 0, fmt.Errorf("policy %q: unknown; there are %s", s, strings.Join(policyNames[:], ", "))
}

// Priority orders entities; a smaller number is more important.
type Priority uint8

// The priorities.
const (
	Kernel Priority = iota
	High
	Normal
	Low
	NumPriorities
)

var priorityNames = [NumPriorities]string{"kernel", "high", "normal", "low"}

// String returns the priority's name.
func (p Priority) String() string {
	if p >= NumPriorities {
		return fmt.Sprintf("priority(%d)", uint8(p))
	}
	return priorityNames[p]
}

// ParsePriority reads a priority's name.
func ParsePriority(s string) (Priority, error) {
	if i := slices.Index(priorityNames[:], s); i >= 0 {
		return Priority(i), nil
	}
	return 0, fmt.Errorf("priority %q: unknown; there are %s", s, strings.Join(priorityNames[:], ", "))
}

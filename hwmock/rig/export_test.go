package rig

import (
	"credence/core/sched"
	"credence/hwmock/workload"
)

// Live returns how many batches and software fences are in use, and how many
// there is memory for.
func (r *Rig) Live() (live, made int) { return r.batches.live, len(r.batches.all) }

// FirstEngines returns the engines that may run the first command of a job.
func (r *Rig) FirstEngines(j *sched.Job) uint64 { return r.batches.ofJob(j).firstEngines() }

// AddClientsThrough is AddClients with something between clients and rig.
func (r *Rig) AddClientsThrough(
	p *workload.Program, o workload.Options, between func(workload.Host) workload.Host,
) (*workload.Group, error) {
	o.FirstIndex = len(r.clients)
	g, err := workload.NewGroup(p, between((*host)(r)), o)
	if err != nil {
		return nil, err
	}
	for _, c := range g.Clients() {
		s := &clientState{rig: r, client: c, contexts: make([]*Context, len(p.Contexts()))}
		s.resume.Init(s)
		r.clients = append(r.clients, s)
		s.resumeNow()
	}
	return g, nil
}

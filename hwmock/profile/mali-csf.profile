# An Arm Mali with command stream front end (CSF) under panthor. Limits are
# the driver's; its firmware's latencies are not published. A group that is
# not on one of the firmware's slots waits for a tick there; here a client
# waits before it submits.

shape    = firmware   # S: panthor_sched.c, groups of queues that firmware runs
topology = per-queue  # S: panthor_sched.c, one scheduler and one entity a queue

slots       = 342    # D: 8192 words at MAX_INSTRS_PER_JOB 24 are 341; one stays free
buffer      = 342    # D: what the ring holds
ring        = 8192   # A: a ring of 64 KiB, words of 8 bytes
event_slots = 93     # D: panthor_fw.h, MAX_CSGS 31 groups of three queues
vm_slots    = 8      # A: address space slots, a register says how many
channel     = 65536  # A: a doorbell per group slot, there are no messages
notify      = each   # A: each job's sync object raises an event

submit_cost  = 5 us      # A: a submitting ioctl of some thousand instructions
vm_rebind    = 10 us     # A: invalidation of an address space's translations
host_wake    = 37 us     # A: median worker wake-up of the 2017 amdgpu trace of gpuvis
run_cost     = 2 us      # A: some instructions to a ring
channel_poll = 0 ns      # A: see channel
doorbell     = 500 ns    # A: posted writes are commonly put at 300 to 900 ns
fw_wake      = 257 us    # A: Adreno GMU, host to firmware pick-up from idle, one sample
fw_pickup    = 5 us      # A: between HSA's packet processing of 4.4 us and Adreno's stages
fw_dispatch  = 15800 ns  # A: Adreno GMU, submitted_to_rb to start, one sample
fw_retire    = 27500 ns  # A: Adreno GMU, retire to retired_on_gmu, one sample
irq          = 1 us      # A: interrupt delivery and entry, commonly below a microsecond
idle_off     = 50 ms     # A: an autosuspend of some frames

vertex_share  = 200000 ppm               # A: a fifth vertex, four fifths fragment work
contention    = 0 ppm                    # A: how busy engines slow each other down was not measured
pstates       = 1000000 kHz              # A: durations are times; rates differ by part
pstate_sample = 0 ns                     # A: durations are times
pstate_target = 1000000 ppm              # A: durations are times
timeslice     = 10 ms                    # S: panthor_sched.c, tick_period
preempt       = vertex,fragment,compute  # A: the tick rotates whole groups
switch_cost   = 100 us                   # A: GPUs' switches are commonly put at 50 to 500 us

timeout         = 5 s     # S: panthor_sched.c, JOB_TIMEOUT_MS
on_timeout      = reset   # A: panthor stops the group
reset           = 252 ms  # A: as the ring reset of amdgpu-2017
halt            = 0 ns    # A: a fault ends the group, which is not modelled as a halt
recover_channel = 252 ms  # A: as a reset

# A group has a queue each for vertex and tiling, fragment and compute work
# here. The media and copy engines are not Mali's: they stand behind the
# compute queue, each an engine of its own, so that media workloads can be
# run.
engine = vtx   class=RCS  instance=1 queue=vertex    # A: vertex and tiling
engine = frag  class=RCS  instance=1 queue=fragment  # A: fragment
engine = ccs1  class=CCS  instance=1 queue=compute   # A: compute
engine = vcs1  class=VCS  instance=1 queue=compute   # A: stands for a media engine
engine = vcs2  class=VCS  instance=2 queue=compute   # A: stands for a second media engine
engine = vecs1 class=VECS instance=1 queue=compute   # A: stands for a video enhancement engine
engine = bcs1  class=BCS  instance=1 queue=compute   # A: stands for a copy engine

# A phone's Adreno with its GMU, the firmware that feeds the ring. The stages
# are those of one job that KGSL's adreno_cmdbatch events show, on a device
# that may have been powered down before.

shape    = ring      # S: msm_ringbuffer.c, jobs are written into a ring
topology = shared:1  # S: msm_ringbuffer.c, a scheduler a ring; one ring here

slots       = 8      # S: msm_ringbuffer.c, num_hw_submissions
buffer      = 64     # S: msm_ringbuffer.h, MSM_GPU_SUBMIT_STATS_COUNT records of submissions
ring        = 1024   # A: a ring of 32 KiB at 32 bytes a submission
event_slots = 128    # A: one ring takes one
vm_slots    = 65536  # A: page tables are switched on the ring, there are no slots
channel     = 65536  # A: the queue to the GMU is not modelled
notify      = each   # A: each submission ends with a fence event

submit_cost  = 5 us       # A: a submitting ioctl of some thousand instructions
vm_rebind    = 0 ns       # A: see vm_slots
host_wake    = 37 us      # A: median worker wake-up of the 2017 amdgpu trace of gpuvis
run_cost     = 2 us       # A: a few dozen words to a ring
channel_poll = 0 ns       # A: see channel
doorbell     = 500 ns     # A: posted writes are commonly put at 300 to 900 ns
fw_wake      = 257500 ns  # D: KGSL, submitted to submitted_to_rb, one sample
fw_pickup    = 0 ns       # A: part of fw_wake and fw_dispatch
fw_dispatch  = 15800 ns   # D: KGSL, submitted_to_rb to start, one sample
fw_retire    = 27500 ns   # D: KGSL, retire to retired_on_gmu, one sample
irq          = 49 us      # D: KGSL, retired_on_gmu to the host's event, one sample
idle_off     = 66 ms      # S: msm_gpu.h, DRM_MSM_INACTIVE_PERIOD

vertex_share  = 200000 ppm   # A: a ring has no vertex queue
contention    = 0 ppm        # A: one engine
pstates       = 1000000 kHz  # A: durations are times; the clock is not in the events
pstate_sample = 0 ns         # A: durations are times
pstate_target = 1000000 ppm  # A: durations are times
timeslice     = 0 ns         # A: preemption is between rings, of which this is one
preempt       = none         # A: preemption is between rings, of which this is one
switch_cost   = 0 ns         # A: nothing is preempted

timeout         = 500 ms  # S: msm_gpu.h, DRM_MSM_HANGCHECK_DEFAULT_PERIOD
on_timeout      = reset   # A: msm resets the GPU after a hang
reset           = 252 ms  # A: as the ring reset of amdgpu-2017
halt            = 0 ns    # A: a page fault stalls one context, which is not modelled
recover_channel = 0 ns    # A: there are no channels

engine = gfx class=RCS instance=1 queue=ring  # S: msm_ringbuffer.c, a ring

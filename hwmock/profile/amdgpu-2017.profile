# The gfx ring of an amdgpu desktop of 2017 with kernel 4.11, as in the trace
# amdgpu_trace that gpuvis comes with. Stages are fitted to the first half of
# that trace, on the assumption that the ring executes one job after the
# other.

shape    = ring      # D: amdgpu_drv.c, sched_hw_submission is a number per ring
topology = shared:1  # D: the trace: jobs of all contexts share the two in flight

slots       = 2      # S: amdgpu_drv.c, sched_hw_submission; the trace never shows more in flight
buffer      = 4      # A: fences of the ring's fence driver, twice sched_hw_submission
ring        = 256    # A: a ring of 16 KiB at 64 bytes a submission
event_slots = 128    # A: one ring takes one
vm_slots    = 65536  # A: VMIDs are given out when a job runs, which is not modelled
channel     = 65536  # A: the doorbell is a register, there are no messages
notify      = each   # D: the trace, each hardware fence signals by itself

submit_cost  = 13 us   # A: not visible in the trace; the least of submit to run
vm_rebind    = 0 ns    # A: see vm_slots
host_wake    = 37 us   # D: the trace, fence to run of the job that waits, median of 213
run_cost     = 2 us    # A: a few dozen words to a ring
channel_poll = 0 ns    # A: see channel
doorbell     = 500 ns  # A: posted writes are commonly put at 300 to 900 ns
fw_wake      = 0 ns    # A: the gfx ring is not powered off between frames
fw_pickup    = 0 ns    # A: part of fw_dispatch
fw_dispatch  = 34 us   # D: the trace, fitted to its first half
fw_retire    = 0 ns    # A: part of fw_dispatch
irq          = 1 us    # D: the trace, hardware to finished fence, median of 639
idle_off     = 10 s    # A: see fw_wake

vertex_share  = 200000 ppm   # A: a ring has no vertex queue
contention    = 0 ppm        # A: one engine
pstates       = 1000000 kHz  # A: durations are times; the clock is not in the trace
pstate_sample = 0 ns         # A: durations are times
pstate_target = 1000000 ppm  # A: durations are times
timeslice     = 0 ns         # D: the trace, jobs end in the order of run
preempt       = none         # D: the trace, jobs end in the order of run
switch_cost   = 0 ns         # A: nothing is preempted

timeout         = 10 s    # A: lockup_timeout as it is commonly set
on_timeout      = reset   # S: pop-os/cosmic-epoch#3764, RX 5700 XT
reset           = 252 ms  # S: pop-os/cosmic-epoch#3764, a ring reset, one that failed
halt            = 0 ns    # A: a page fault of the ring is not modelled as a halt
recover_channel = 0 ns    # A: there are no channels

engine = gfx class=RCS instance=1 queue=ring  # S: the trace, ring gfx

# An NVIDIA GPU that time-slices channel groups (TSG), under nouveau. The
# slice and the time-outs are read in public sources; the rest is what others
# measured of kernel launches, or assumed.

shape    = firmware   # A: a channel each for graphics stages and compute, fed by GSP firmware
topology = per-queue  # S: nouveau_sched.c, one scheduler and one entity a channel

slots       = 127    # A: as apple-m1; nouveau counts words of the channel's ring
buffer      = 512    # A: entries of a GPFIFO
ring        = 512    # A: entries of a GPFIFO
event_slots = 128    # A: channels are not limited by events; the most that a profile may say
vm_slots    = 65536  # A: an instance block a channel, there are no slots
channel     = 65536  # A: doorbells, there are no messages
notify      = each   # A: each job ends with a semaphore release that interrupts

submit_cost  = 5 us     # A: a submitting ioctl of some thousand instructions
vm_rebind    = 0 ns     # A: see vm_slots
host_wake    = 37 us    # A: median worker wake-up of the 2017 amdgpu trace of gpuvis
run_cost     = 2 us     # A: some words to a ring
channel_poll = 0 ns     # A: see channel
doorbell     = 500 ns   # A: posted writes are commonly put at 300 to 900 ns
fw_wake      = 0 ns     # A: a card is not powered off between jobs
fw_pickup    = 500 ns   # A: a tenth of fw_dispatch
fw_dispatch  = 4870 ns  # D: H200 job of 8698.67 cycles at 1785 MHz, simulator configuration
fw_retire    = 1 us     # A: a semaphore release
irq          = 1 us     # A: interrupt delivery and entry, commonly below a microsecond
idle_off     = 10 s     # A: see fw_wake

vertex_share  = 200000 ppm               # A: a fifth vertex, four fifths fragment work
contention    = 0 ppm                    # A: how busy engines slow each other down was not measured
pstates       = 1000000 kHz              # A: durations are times; rates differ by part
pstate_sample = 0 ns                     # A: durations are times
pstate_target = 1000000 ppm              # A: durations are times
timeslice     = 1024 us                  # S: NVIDIA kernel_fifo_gv100.c, TIMEOUT_128 << SCALE_3
preempt       = vertex,fragment,compute  # A: channels of all kinds are sliced
switch_cost   = 100 us                   # A: GPUs' switches are commonly put at 50 to 500 us

timeout         = 10 s    # S: nouveau_sched.c, NOUVEAU_SCHED_JOB_TIMEOUT_MS
on_timeout      = reset   # A: the channel is torn down
reset           = 252 ms  # A: as the ring reset of amdgpu-2017
halt            = 0 ns    # A: a fault ends the channel, which is not modelled as a halt
recover_channel = 252 ms  # A: as a reset

# A render is a vertex and a fragment command here, so that workloads run
# unchanged.
engine = vtx   class=RCS  instance=1 queue=vertex    # A: graphics, first stages
engine = frag  class=RCS  instance=1 queue=fragment  # A: graphics, last stages
engine = ccs1  class=CCS  instance=1 queue=compute   # A: compute
engine = vcs1  class=VCS  instance=1 queue=compute   # A: NVDEC
engine = vcs2  class=VCS  instance=2 queue=compute   # A: NVENC
engine = vecs1 class=VECS instance=1 queue=compute   # A: stands for a video enhancement engine
engine = bcs1  class=BCS  instance=1 queue=compute   # A: a copy engine

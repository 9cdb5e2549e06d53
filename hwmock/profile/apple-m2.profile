# Apple M2 (t8112, G14G) under the asahi driver. It differs from apple-m1 in
# its clock rates: firmware and driver are of one family.

shape    = firmware   # S: asahi queue/mod.rs, a work queue each for vertex, fragment and compute
topology = per-queue  # S: asahi queue/mod.rs, one scheduler and one entity a user queue

slots       = 127   # S: asahi workqueue.rs, MAX_JOB_SLOTS
buffer      = 128   # S: dri-devel 2023-03, can_run_job thread: at most 128 commands in flight
ring        = 1280  # S: asahi queue/mod.rs, WQ_SIZE 0x500
event_slots = 128   # S: asahi event.rs, NUM_EVENTS
vm_slots    = 63    # S: asahi mmu.rs, UAT_NUM_CTX 64 of which users get 63
channel     = 256   # S: asahi channel.rs, 4 priorities times 3 kinds of 256 entries
notify      = each  # A: or threshold, as asahi queue/mod.rs sets it; firmware's use is unknown

submit_cost  = 5 us      # A: a submitting ioctl of some thousand instructions
vm_rebind    = 10 us     # A: invalidation of an address space's translations
host_wake    = 37 us     # A: median worker wake-up of the amdgpu trace of 2017, kernel 4.11
run_cost     = 2 us      # A: copying commands and three messages, uncached
channel_poll = 8 ms      # S: asahi channel.rs, sleeps while a channel is full
doorbell     = 500 ns    # A: posted writes are commonly put at 300 to 900 ns
fw_wake      = 257 us    # A: Adreno GMU, host to firmware pick-up from idle, one sample
fw_pickup    = 5 us      # A: between HSA's packet processing of 4.4 us and Adreno's stages
fw_dispatch  = 15800 ns  # A: Adreno GMU, submitted_to_rb to start, one sample
fw_retire    = 27500 ns  # A: Adreno GMU, retire to retired_on_gmu, one sample
irq          = 1 us      # A: interrupt delivery and entry, commonly below a microsecond
idle_off     = 2 ms      # S: m1n1 initdata.py, idle_off_delay

vertex_share  = 200000 ppm  # A: a fifth vertex, four fifths fragment work
contention    = 0 ppm       # A: how busy engines slow each other down was not measured
pstates       = 444000,612000,808000,968000,1110000,1236000,1338000,1398000 kHz  # S: t8112.dtsi
pstate_sample = 0 ns        # A: top rate throughout; sampled each 8 ms, the rule unknown
pstate_target = 850000 ppm  # S: t8103.dtsi, performance target utilisation of 85 %
timeslice     = 0 ns        # A: that the firmware slices was not observed
preempt       = none        # S: asahi workqueue.rs; AsahiLinux/linux#417, no preemption
switch_cost   = 100 us      # A: context switches of GPUs are commonly put at 50 to 500 us

timeout         = 100 s      # S: asahi queue/mod.rs, 100000 passed to Scheduler::new
on_timeout      = no-device  # S: asahi queue/mod.rs, the handler logs and returns NoDevice
reset           = 0 ns       # S: asahi queue/mod.rs, there is none
halt            = 100 ms     # S: asahi gpu.rs recover(), waits that long at most
recover_channel = 1 s        # S: asahi gpu.rs, waits that long at most for RecoverChannel

# What workloads call RCS is a vertex and a fragment engine here. The media
# and copy engines are not AGX's: they stand behind the compute queue, each an
# engine of its own, so that media workloads can be run.
engine = vtx   class=RCS  instance=1 queue=vertex    # S: docs agx.md, TA
engine = frag  class=RCS  instance=1 queue=fragment  # S: docs agx.md, 3D
engine = ccs1  class=CCS  instance=1 queue=compute   # S: docs agx.md, CL
engine = vcs1  class=VCS  instance=1 queue=compute   # A: stands for a media engine
engine = vcs2  class=VCS  instance=2 queue=compute   # A: stands for a second media engine
engine = vecs1 class=VECS instance=1 queue=compute   # A: stands for a video enhancement engine
engine = bcs1  class=BCS  instance=1 queue=compute   # A: stands for a copy engine

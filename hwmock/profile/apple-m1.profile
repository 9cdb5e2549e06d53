# Apple M1 (t8103, G13G) under the asahi driver. Structure and limits are read in
# the driver's public source; no latency of this firmware has been published, so
# the latencies are other devices' and marked as assumptions.

slots        = 127         # S: asahi workqueue.rs, MAX_JOB_SLOTS
buffer       = 128         # S: dri-devel 2023-03, can_run_job thread: at most 128 commands in flight
ring         = 1280        # S: asahi queue/mod.rs, WQ_SIZE 0x500

submit_cost  = 5 us        # A: a submitting ioctl of some thousand instructions
host_wake    = 37 us       # A: median worker wake-up of the amdgpu trace of 2017, kernel 4.11
run_cost     = 2 us        # A: copying commands and three messages, uncached
doorbell     = 500 ns      # A: posted writes are commonly put at 300 to 900 ns
fw_wake      = 257 us      # A: Adreno GMU, host to firmware pick-up from idle, one sample
fw_pickup    = 5 us        # A: between HSA's packet processing of 4.4 us and Adreno's stages
fw_dispatch  = 15800 ns    # A: Adreno GMU, submitted_to_rb to start, one sample
fw_retire    = 27500 ns    # A: Adreno GMU, retire to retired_on_gmu, one sample
irq          = 1 us        # A: interrupt delivery and entry, commonly below a microsecond
idle_off     = 2 ms        # S: m1n1 initdata.py, idle_off_delay

vertex_share = 200000 ppm  # A: a fifth vertex, four fifths fragment work
topology     = per-queue   # S: asahi queue/mod.rs, one scheduler and one entity a user queue

# What workloads call RCS is a vertex and a fragment engine here. The media and
# copy engines are not AGX's: they stand behind the compute queue, each an engine
# of its own, so that media workloads can be run.
engine = vtx   class=RCS  instance=1 queue=vertex    # S: docs agx.md, TA
engine = frag  class=RCS  instance=1 queue=fragment  # S: docs agx.md, 3D
engine = ccs1  class=CCS  instance=1 queue=compute   # S: docs agx.md, CL
engine = vcs1  class=VCS  instance=1 queue=compute   # A: stands for a media engine
engine = vcs2  class=VCS  instance=2 queue=compute   # A: stands for a second media engine
engine = vecs1 class=VECS instance=1 queue=compute   # A: stands for a video enhancement engine
engine = bcs1  class=BCS  instance=1 queue=compute   # A: stands for a copy engine

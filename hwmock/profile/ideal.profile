# A device with the limits of apple-m1 in which nothing but execution takes
# time. What is lost here is lost to flow control and dependencies.

shape    = firmware   # A: as apple-m1
topology = per-queue  # A: as apple-m1

slots       = 127    # A: as apple-m1, so that limits bind alike
buffer      = 128    # A: as apple-m1
ring        = 1280   # A: as apple-m1
event_slots = 128    # A: as apple-m1
vm_slots    = 63     # A: as apple-m1
channel     = 65536  # A: nothing waits for a message
notify      = each   # A: nothing waits for a notification

submit_cost  = 0 ns  # A: nothing takes time but execution
vm_rebind    = 0 ns  # A: nothing takes time but execution
host_wake    = 0 ns  # A: nothing takes time but execution
run_cost     = 0 ns  # A: nothing takes time but execution
channel_poll = 0 ns  # A: nothing takes time but execution
doorbell     = 0 ns  # A: nothing takes time but execution
fw_wake      = 0 ns  # A: nothing takes time but execution
fw_pickup    = 0 ns  # A: nothing takes time but execution
fw_dispatch  = 0 ns  # A: nothing takes time but execution
fw_retire    = 0 ns  # A: nothing takes time but execution
irq          = 0 ns  # A: nothing takes time but execution
idle_off     = 0 ns  # A: nothing takes time but execution

vertex_share  = 200000 ppm   # A: as apple-m1
contention    = 0 ppm        # A: engines do not slow each other down
pstates       = 1000000 kHz  # A: one rate
pstate_sample = 0 ns         # A: one rate
pstate_target = 1000000 ppm  # A: one rate
timeslice     = 0 ns         # A: to the end
preempt       = none         # A: to the end
switch_cost   = 0 ns         # A: to the end

timeout         = 0 ns   # A: nothing hangs by itself
on_timeout      = reset  # A: so that a planned hang ends
reset           = 0 ns   # A: nothing takes time but execution
halt            = 0 ns   # A: nothing takes time but execution
recover_channel = 0 ns   # A: nothing takes time but execution

engine = vtx   class=RCS  instance=1 queue=vertex    # A: as apple-m1
engine = frag  class=RCS  instance=1 queue=fragment  # A: as apple-m1
engine = ccs1  class=CCS  instance=1 queue=compute   # A: as apple-m1
engine = vcs1  class=VCS  instance=1 queue=compute   # A: as apple-m1
engine = vcs2  class=VCS  instance=2 queue=compute   # A: as apple-m1
engine = vecs1 class=VECS instance=1 queue=compute   # A: as apple-m1
engine = bcs1  class=BCS  instance=1 queue=compute   # A: as apple-m1

# The mock hardware of the kernel's own scheduler tests, drm/scheduler/tests.
# One timeline executes jobs in the order of run_job, each for its duration,
# and nothing else takes time.

shape    = ring      # S: mock_scheduler.c, one list of jobs in the order of run_job
topology = shared:1  # S: tests_basic.c, entities share a scheduler

slots       = 32767  # D: credit_limit 2^32-1; the most that a lane holds
buffer      = 32768  # D: the list has no limit; the most that a profile may say
ring        = 32769  # D: the list has no limit; the most that a profile may say
event_slots = 128    # A: one timeline takes one
vm_slots    = 65536  # S: mock_scheduler.c, there are none
channel     = 65536  # S: mock_scheduler.c, there is none
notify      = each   # S: mock_scheduler.c, the timer signals each job that is due

submit_cost  = 0 ns  # S: mock_scheduler.c, takes no time
vm_rebind    = 0 ns  # S: mock_scheduler.c, takes no time
host_wake    = 0 ns  # S: mock_scheduler.c, takes no time
run_cost     = 0 ns  # S: mock_scheduler.c, takes no time
channel_poll = 0 ns  # S: mock_scheduler.c, takes no time
doorbell     = 0 ns  # S: mock_scheduler.c, takes no time
fw_wake      = 0 ns  # S: mock_scheduler.c, takes no time
fw_pickup    = 0 ns  # S: mock_scheduler.c, takes no time
fw_dispatch  = 0 ns  # S: mock_scheduler.c, takes no time
fw_retire    = 0 ns  # S: mock_scheduler.c, takes no time
irq          = 0 ns  # S: mock_scheduler.c, takes no time
idle_off     = 0 ns  # S: mock_scheduler.c, takes no time

vertex_share  = 200000 ppm   # A: a ring has no vertex queue
contention    = 0 ppm        # S: one timeline
pstates       = 1000000 kHz  # A: durations are times
pstate_sample = 0 ns         # A: durations are times
pstate_target = 1000000 ppm  # A: durations are times
timeslice     = 0 ns         # S: mock_scheduler.c, a job is run to its end
preempt       = none         # S: mock_scheduler.c, a job is run to its end
switch_cost   = 0 ns         # S: mock_scheduler.c, a job is run to its end

timeout         = 200 ms  # S: tests_basic.c, the timeout suite; for ever elsewhere
on_timeout      = reset   # S: mock_scheduler.c, timedout_job ends the job and returns RESET
reset           = 0 ns    # S: mock_scheduler.c, takes no time
halt            = 0 ns    # A: it has no faults
recover_channel = 0 ns    # A: it has no channels

engine = mock class=RCS instance=1 queue=ring  # S: mock_scheduler.c, one timeline

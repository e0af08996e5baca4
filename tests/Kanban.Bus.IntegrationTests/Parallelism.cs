// Most of what these tests do is wait for leases, restarts and processes: more of them at once than there are cores.
[assembly: CollectionBehavior(MaxParallelThreads = 4)]

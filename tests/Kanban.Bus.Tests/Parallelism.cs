// Many of these tests wait for processes and for time to pass: more of them at once than there are cores.
[assembly: CollectionBehavior(MaxParallelThreads = 4)]

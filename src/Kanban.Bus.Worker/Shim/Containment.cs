namespace Kanban.Bus.Worker.Shim;

/// <summary>By what a run's processes are kept together, so that none of them outlives the run.</summary>
public enum Containment
{
    /// <summary>The first of the others that works on this host, in their order.</summary>
    Auto,

    /// <summary>A cgroup (v2) per run: nothing leaves it by forking, and the kernel kills all of it at once. Needs Linux 5.14 and a worker that may make cgroups: root, or a service with <c>Delegate=yes</c>.</summary>
    Cgroup,

    /// <summary>The run's shim becomes the parent of every orphan of the run, so that each is found below it, whatever it did to its session and environment. Needs <c>perl</c>, for one system call.</summary>
    Reaper,

    /// <summary>What <c>/proc</c> tells. A daemon that leaves its session, cleans its environment, changes folder, sends its output elsewhere and loses its parent, all between two looks, escapes.</summary>
    Scan,
}

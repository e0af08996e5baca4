using Kanban.Bus.Worker.Hosting;
using Kanban.Bus.Worker.Runs;
using Kanban.Bus.Worker.Shim;
using Microsoft.Extensions.Logging;

namespace Kanban.Bus.Worker.Leases;

/// <summary>Tells each run that must not outlast its lease when it was renewed, through a file that its own watch reads.</summary>
internal static class LeaseFiles
{
    public static void Write(IEnumerable<LiveRun> runs, ILogger log)
    {
        foreach (var run in runs.Where(r => r.EndsWithLease && !r.Ended.IsCompleted))
        {
            try
            {
                run.Directory.WriteBeat((long)(Kernel.UptimeSeconds() - run.SinceRenewed.TotalSeconds));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                log.LeaseNotKept(e, run.Grant.RunId);
            }
        }
    }
}

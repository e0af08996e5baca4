using Kanban.Bus.Board.Tasks;
using Kanban.Bus.Board.Windows;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Board.Admission;

/// <summary>In lanes that ask for it, a task that would not end before a window closes waits for the next opening. One of unknown length starts.</summary>
internal static class BeforeClose
{
    /// <summary>Null when it may start as far as that goes.</summary>
    public static Wait? WhyNot(Snapshot snapshot, LaneRow lane, ReadyTask task)
    {
        var length = task.MaxRuntimeSeconds is { } most ? TimeSpan.FromSeconds(most) : lane.Usual;
        if (length is not { } expected)
            return null;
        var caps = snapshot.CapsOf(task).Where(c => c.Windows is not null).ToList();
        var closing = caps.Select(c => (Cap: c, At: c.Windows!.ClosesAt(snapshot.Now, expected))).Where(c => c.At is not null).OrderBy(c => c.At).FirstOrDefault();
        if (closing is not { Cap: { } cap, At: { } closes })
            return null;
        var zone = cap.Windows!.At(closes).Zone;
        var opens = Estimate.Open(caps, closes);
        return new(WaitCode.BeforeClose,
            $"{cap.Key} closes at {Zones.Clock(closes, zone, snapshot.Now)} ({zone.Id}), and it may take {Text(expected)}{(task.MaxRuntimeSeconds is null ? ", by the lane's last runs" : "")}"
            + (opens is { } at ? $": it waits until {Zones.Clock(at, zone, snapshot.Now)}" : ""),
            cap.Key, opens);
    }

    /// <summary>How long a task of this lane may take and still end before the lane closes, so that the many that would not don't hide the others; null where nothing is held.</summary>
    public static int? SecondsLeft(Snapshot snapshot, LaneRow lane) =>
        lane.HoldsBeforeClose && snapshot.Caps.GetValueOrDefault(CapKey.Lane(lane.Name))?.Windows?.ClosesAt(snapshot.Now, TimeSpan.FromSeconds(TaskRules.MaxRuntimeSeconds)) is { } closes
            ? (int)(closes - snapshot.Now).TotalSeconds
            : null;

    private static string Text(TimeSpan length) => length switch
    {
        { TotalMinutes: < 1 } => $"{length.TotalSeconds:0} s",
        { TotalHours: < 1 } => $"{Math.Ceiling(length.TotalMinutes):0} min",
        _ => $"{(int)length.TotalHours} h{(length.Minutes > 0 ? $" {length.Minutes} min" : "")}",
    };
}

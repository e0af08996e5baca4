using FsCheck;
using FsCheck.Fluent;

namespace Kanban.Bus.Tests.Admission;

/// <summary>What holds whatever happens (P3, P9), over random histories of a small board.</summary>
public sealed class HistoryTests
{
    /// <summary>Caps that one task may lack one after the other, and a slot.</summary>
    private const int Phases = 7;

    [Fact]
    public void No_cap_is_ever_passed_and_no_slot_is_given_twice() => Prop.ForAll(
        Histories(60, 150, arrivals: 60, capChanges: 20),
        history =>
        {
            var board = new SmallBoard(lowest: 0, pauses: true);
            foreach (var moment in history)
                board.Live(moment);
            return (board.Fault is null).Label(board.Fault ?? "");
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(40));

    [Fact]
    public void No_task_waits_beyond_the_bound_however_many_others_come_and_of_whatever_priority() => Prop.ForAll(
        Histories(300, 500, arrivals: 90, capChanges: 2),
        history =>
        {
            var board = new SmallBoard(lowest: 4, pauses: false);
            foreach (var moment in history)
                board.Live(moment);
            var late = board.All.Select(t => Late(board, t)).FirstOrDefault(l => l is not null);
            return (late is null).Label(late ?? "");
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(15));

    /// <summary>
    /// A task starves from <see cref="SmallBoard.ReserveAfter"/> past its turn on. From then on, whenever all that runs has ended once for each cap it may lack, it has started or one has
    /// whose turn falls into its step or an earlier one; and of those there are only so many, since the turns of later ones come later.
    /// </summary>
    private static string? Late(SmallBoard board, SmallBoard.Waiting task)
    {
        var until = task.StartedAt ?? task.LeftAt ?? board.Now;
        var before = board.All.Count(t => t != task && t.StartedAt >= task.ReadyAt && t.StartedAt <= until && StepOf(t) <= StepOf(task));
        var bound = Math.Max(0, task.TurnAt + SmallBoard.ReserveAfter - task.ReadyAt) + (before + 1 + board.CapChanges) * Phases * (SmallBoard.LongestRun + 1);
        return until - task.ReadyAt <= bound ? null : $"{task} waited {until - task.ReadyAt} s; {before} were before it and {bound} s is the bound";
    }

    private static int StepOf(SmallBoard.Waiting task) => (int)Math.Floor((double)task.TurnAt / SmallBoard.Step);

    private static Arbitrary<Moment[]> Histories(int shortest, int longest, int arrivals, int capChanges)
    {
        var kind = Gen.Frequency(
            (arrivals, Gen.Constant(MomentKind.Arrival)), (capChanges, Gen.Constant(MomentKind.CapChange)),
            (2, Gen.Constant(MomentKind.Death)), (2, Gen.Constant(MomentKind.Withdrawal)), (10, Gen.Constant(MomentKind.Nothing)));
        var moment =
            from what in kind
            from numbers in Gen.Choose(0, 7).ArrayOf(5)
            select new Moment(what, numbers[0], numbers[1], numbers[2] % 4, numbers[3], numbers[4]);
        var history = from length in Gen.Choose(shortest, longest) from moments in moment.ArrayOf(length) select moments;
        return Arb.From(history, Shorter);
    }

    /// <summary>A history that fails is told by as few moments as still fail.</summary>
    private static IEnumerable<Moment[]> Shorter(Moment[] history)
    {
        for (var size = history.Length / 2; size > 0; size /= 2)
            for (var from = 0; from + size <= history.Length; from += size)
                yield return [.. history[..from], .. history[(from + size)..]];
    }
}

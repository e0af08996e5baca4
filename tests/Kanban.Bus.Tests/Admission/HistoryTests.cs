using FsCheck;
using FsCheck.Fluent;

namespace Kanban.Bus.Tests.Admission;

/// <summary>What holds whatever happens (P3, P9), over random histories of a small board.</summary>
public sealed class HistoryTests
{
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

    /// <remarks>
    /// So what waits is behind those alone whose turns came before: and these are only so many, since a turn never moves back and the turns of later tasks come later.
    /// What keeps a task from being passed by others, which fit where it does not, is a reservation: <see cref="OrderTests"/>.
    /// </remarks>
    [Fact]
    public void No_task_is_passed_by_one_like_it_whose_turn_comes_later() => Prop.ForAll(
        Histories(60, 150, arrivals: 90, capChanges: 5),
        history =>
        {
            var board = new SmallBoard(lowest: 1, pauses: false);
            foreach (var moment in history)
                board.Live(moment);
            return (board.Passed is null).Label(board.Passed ?? "");
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(40));

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

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

    /// <remarks>Each cap that it draws, it may have to gather anew, and each is free for it when what runs has ended.</remarks>
    [Fact]
    public void The_first_in_line_starves_no_longer_than_its_caps_take_to_empty() => Prop.ForAll(
        Crowded,
        history =>
        {
            var longest = Starving(history, SmallBoard.ReserveAfter);
            return (longest <= Bound).Label($"{longest} s");
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(40));

    [Fact]
    public void A_stream_of_small_tasks_would_starve_a_large_one_but_for_what_is_kept_for_it()
    {
        Moment[] history = [.. Enumerable.Range(0, 100).Select(i => new Moment(MomentKind.Arrival, Lane: 0, Board: 0, Priority: 0, Draws: i == 3 ? 6 : 1, Length: 3))];

        Assert.InRange(Starving(history, SmallBoard.ReserveAfter), 0, Bound);
        Assert.True(Starving(history, reserveAfter: 10_000) > Bound);
    }

    /// <summary>Of everything, its lane, its board and two pools; a second more for the claim and for the pass.</summary>
    private const int Bound = 5 * (SmallBoard.LongestRun + 2);

    private static Arbitrary<Moment[]> Crowded => Histories(100, 150, arrivals: 90, capChanges: 5);

    private static int Starving(Moment[] history, int reserveAfter)
    {
        // No cap is ever below what a task may draw: else it waits for a person.
        var board = new SmallBoard(lowest: 4, pauses: false, reserveAfter);
        foreach (var moment in history)
            board.Live(moment);
        return board.LongestStarving;
    }

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

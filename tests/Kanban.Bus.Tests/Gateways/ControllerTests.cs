using Kanban.Bus.Board.Gateways;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Tests.Gateways;

/// <summary>The rules by which a gateway's cap moves.</summary>
public sealed class ControllerTests
{
    [Fact]
    public void An_overload_halves_the_cap_and_says_why()
    {
        var course = new Course(8);

        Assert.Equal((new CapMove(CapMoveKind.Lowered, 8, 4, "9 requests wait"), 2), course.Until(Course.Overload));
    }

    [Fact]
    public void Where_the_gateway_tells_what_it_works_on_the_share_that_waits_is_taken_and_never_more_than_half()
    {
        Assert.Equal(8, new Course(12).Until(new Signals { Running = 8, Waiting = 4 })?.Move.To);
        Assert.Equal(11, new Course(12).Until(new Signals { Running = 200, Waiting = 3 })?.Move.To);
        Assert.Equal(6, new Course(12).Until(new Signals { Running = 1, Waiting = 30 })?.Move.To);
        Assert.Equal(6, new Course(12).Until(new Signals { Running = 8, Waiting = 1, CacheUse = 0.97 })?.Move.To);
    }

    [Fact]
    public void One_look_is_believed_only_when_requests_have_failed()
    {
        Assert.Null(new Course(8).Look(Course.Overload));
        Assert.Null(new Course(8).Looks(1, Course.Overload).Looks(1, Course.Healthy).Look(Course.Overload));
        Assert.Equal("3 requests were refused (429 or 503)", new Course(8).Look(new Signals { Refused = 3 })?.Reason);
        Assert.Equal("a request timed out", new Course(8).Look(new Signals { TimedOut = 1 })?.Reason);
    }

    [Theory]
    [InlineData(0.97, null, "the KV cache is 97 % full")]
    [InlineData(null, 31.5, "the expression is 31.5, above 2")]
    public void Every_kind_of_load_has_its_sentence(double? cache, double? value, string reason) =>
        Assert.Equal(reason, new Course(8).Until(new Signals { CacheUse = cache, Value = value })?.Move.Reason);

    [Fact]
    public void Answers_are_slow_by_their_own_measure()
    {
        var course = new Course(8).Looks(5, new Signals { LatencyMs = 200 });

        Assert.Null(course.Until(new Signals { LatencyMs = 500 }, 3));
        Assert.Equal("its answers take 700 ms, usually 200", new Course(8).Looks(5, new Signals { LatencyMs = 200 }).Until(new Signals { LatencyMs = 700 })?.Move.Reason);
        Assert.Equal("requests of runs take 700 ms, usually 200", new Course(8).Looks(5, new Signals { RunLatencyMs = 200 }).Until(new Signals { RunLatencyMs = 700 })?.Move.Reason);
        Assert.Equal(CapMoveKind.Raised, new Course(8).Looks(5, new Signals { LatencyMs = 2 }).Until(new Signals { LatencyMs = 60 })?.Move.Kind);
    }

    [Fact]
    public void At_the_floor_it_learns_that_slow_is_usual()
    {
        var course = new Course(2).Looks(5, new Signals { LatencyMs = 200 }).Looks(40, new Signals { LatencyMs = 1000 });

        Assert.Equal((1, CapMoveKind.Raised), (course.Moves[0].To, course.Until(new Signals { LatencyMs = 1000 })?.Move.Kind));
    }

    [Fact]
    public void After_a_move_it_waits_to_see_what_came_of_it()
    {
        var course = new Course(16);
        course.Until(Course.Overload);

        // Five seconds of cool-down are two looks; the third may move again.
        Assert.Equal((CapMoveKind.Lowered, 3), course.Until(Course.Overload) is { } next ? (next.Move.Kind, next.Looks) : default);
    }

    [Fact]
    public void While_runs_from_before_are_still_above_the_cap_it_is_not_lowered_again()
    {
        var course = new Course(8);
        course.Until(Course.Overload);

        course.Looks(20, Course.Overload, used: 8);

        Assert.Equal((4, 1), (course.State.Cap, course.Moves.Count));
        Assert.Equal(2, course.Look(Course.Overload, used: 4)?.To);
    }

    [Fact]
    public void What_halves_is_what_is_drawn_because_less_of_an_idle_cap_changes_nothing() =>
        Assert.Equal(2, new Course(16).Looks(1, Course.Overload, used: 4).Look(Course.Overload, used: 4)?.To);

    [Fact]
    public void A_healthy_stretch_in_which_the_cap_was_drawn_adds_one()
    {
        Assert.Equal((new CapMove(CapMoveKind.Raised, 4, 5, "healthy with 4 of 4 drawn"), 9), new Course(4).Until(Course.Healthy));
        Assert.Empty(new Course(4).Looks(100, Course.Healthy, used: 2).Moves);
    }

    [Fact]
    public void Until_the_first_overload_it_looks_for_the_limit_with_short_stretches()
    {
        var course = new Course(2).New();

        Assert.Equal([3, 3, 3], new[] { course.Until(Course.Healthy), course.Until(Course.Healthy), course.Until(Course.Healthy) }.Select(m => m!.Value.Looks));
        Assert.Equal(2, course.Until(Course.Overload) is { } lowered ? lowered.Move.To : 0);
        Assert.Equal((5, 4), (course.State.Failed, course.State.Stable));
    }

    [Fact]
    public void A_stretch_that_was_broken_begins_anew()
    {
        var course = new Course(4).Looks(7, Course.Healthy).Looks(1, Course.Healthy, used: 1);

        Assert.Equal(9, course.Until(Course.Healthy)?.Looks);
        // Nor is an overload part of it that is not believed yet.
        Assert.Equal(9, new Course(4).Looks(7, Course.Healthy).Looks(1, Course.Overload).Until(Course.Healthy)?.Looks);
    }

    [Fact]
    public void Between_healthy_and_overloaded_nothing_moves() =>
        Assert.Empty(new Course(8).Looks(100, new Signals { Waiting = 2 }).Moves);

    [Fact]
    public void It_comes_back_to_what_stood_before_faster_than_it_goes_beyond()
    {
        var course = new Course(7);
        course.Until(Course.Healthy);
        course.Until(Course.Healthy);
        course.Until(Course.Overload);
        Assert.Equal((4, 8), (course.State.Cap, course.State.Stable));

        var back = new[] { course.Until(Course.Healthy), course.Until(Course.Healthy), course.Until(Course.Healthy) };
        var beyond = course.Until(Course.Healthy);

        Assert.Equal([6, 7, 8], back.Select(m => m!.Value.Move.To));
        Assert.All(back, m => Assert.Equal(3, m!.Value.Looks));
        Assert.Equal("healthy again, on the way back to 8", back[0]!.Value.Move.Reason);
        // Once it did not stand, so the stretch is twice as long.
        Assert.Equal((9, 16), (beyond!.Value.Move.To, beyond.Value.Looks));
    }

    [Fact]
    public void Each_time_the_step_beyond_fails_it_waits_twice_as_long_and_one_that_stands_begins_anew()
    {
        var course = new Course(4);
        course.Until(Course.Healthy);
        var waits = new List<int>();
        for (var i = 0; i < 6; i++)
        {
            course.Until(Course.Overload);
            int looks;
            do
                looks = course.Until(Course.Healthy)!.Value.Looks;
            while (course.State.Cap <= 4);
            waits.Add(looks);
        }

        Assert.Equal([16, 31, 61, 121, 121, 121], waits);
        Assert.Equal(121, course.Until(Course.Healthy)!.Value.Looks);
        Assert.Equal(9, course.Until(Course.Healthy)!.Value.Looks);
    }

    [Fact]
    public void An_overload_at_a_cap_that_stood_before_makes_it_remember_less()
    {
        var course = new Course(8, ceiling: 8).Looks(20, Course.Healthy);
        Assert.Equal(8, course.State.Stable);

        course.Until(Course.Overload);

        Assert.Equal((4, 6), (course.State.Cap, course.State.Stable));
    }

    [Fact]
    public void It_stays_between_floor_and_ceiling()
    {
        var course = new Course(5, floor: 3, ceiling: 6);

        Assert.Equal(3, course.Looks(50, Course.Overload).State.Cap);
        Assert.Equal(6, course.Looks(500, Course.Healthy).State.Cap);
        Assert.All(course.Moves, move => Assert.InRange(move.To, 3, 6));
        Assert.Equal(6, new Course(40, 3, 6).Looks(1, Course.Healthy).State.Cap);
    }

    [Fact]
    public void A_dead_probe_freezes_the_cap_until_it_answers_again()
    {
        var dead = new Signals { Dead = "Connection refused" };
        var course = new Course(8).Looks(1, Course.Overload);

        Assert.Equal((new CapMove(CapMoveKind.Frozen, 8, 8, "its probe is dead: Connection refused"), 3), course.Until(dead));
        Assert.Null(course.Until(dead, 50));
        Assert.Equal((CapMoveKind.Thawed, 1), course.Until(Course.Overload) is { } thaw ? (thaw.Move.Kind, thaw.Looks) : default);
        Assert.Equal((8, null), (course.State.Cap, course.State.Frozen));
        // The look that thawed it was no look at the load.
        Assert.Equal((4, 2), course.Until(Course.Overload) is { } lowered ? (lowered.Move.To, lowered.Looks) : default);
    }

    [Fact]
    public void A_probe_that_misses_now_and_then_freezes_nothing() =>
        Assert.Empty(new Course(8).Looks(2, new Signals { Dead = "x" }).Looks(1, Course.Healthy).Looks(2, new Signals { Dead = "x" }).Moves);

    [Theory]
    [InlineData(8, 8)]
    [InlineData(12, 4)]
    [InlineData(3, 12)]
    public void It_finds_what_a_gateway_can_take_and_follows_when_that_changes(int slots, int later)
    {
        var course = new Course(2, ceiling: 32).New();
        Assert.InRange(AverageOf(slots), slots * 0.9, slots + 3);
        Assert.InRange(AverageOf(later), later * 0.9, later + 3);

        // What the gateway has not room for waits.
        double AverageOf(int room)
        {
            for (var i = 0; i < 400; i++)
                course.Look(new Signals { Waiting = Math.Max(0, course.State.Cap - room) });
            var sum = 0;
            for (var i = 0; i < 1000; i++)
            {
                course.Look(new Signals { Waiting = Math.Max(0, course.State.Cap - room) });
                sum += Math.Min(course.State.Cap, room);
            }

            return sum / 1000.0;
        }
    }
}

using Kanban.Bus.Board.Admission;
using Kanban.Bus.Board.Lanes;
using Kanban.Bus.Contracts;
using static Kanban.Bus.Tests.Admission.Worlds;

namespace Kanban.Bus.Tests.Lanes;

/// <summary>A breaker alone, and the decision of admission with one.</summary>
public sealed class BreakerTests
{
    private static readonly Breaker Broken = Breaker.Open("no key", 5, 60, Start);

    [Fact]
    public void Nothing_starts_until_it_has_cooled_down_and_then_one_alone()
    {
        Assert.Empty(Admit.Decide(WithBreaker(Broken, Start.AddSeconds(59))).Offers);

        var decision = Admit.Decide(WithBreaker(Broken, Start.AddSeconds(60)));

        Assert.Equal("main-1", Assert.Single(decision.Offers).Task.Key);
        Assert.Equal(new Wait(WaitCode.BreakerOpen, "lane shell: breaker is open since 00:00:00 UTC after 5 tasks failed with \"no key\"; a canary goes now"), decision.Waits[Id(2)]);
    }

    [Fact]
    public void Who_waits_is_told_when_and_for_whom()
    {
        Assert.Equal("lane shell: breaker is open since 00:00:00 UTC after 5 tasks failed with \"no key\"; a canary goes at 00:01:00 UTC",
            Admit.Decide(WithBreaker(Broken, Start)).Waits[Id(1)].Reason);
        Assert.Equal("lane shell: breaker is half open since 00:00:00 UTC after 5 tasks failed with \"no key\"; canary main-7#1 tries whether it still is so",
            Admit.Decide(WithBreaker(Broken.Try(Id(7), "main-7#1"), Start.AddHours(1))).Waits[Id(1)].Reason);
    }

    [Fact]
    public void Another_lane_goes_on()
    {
        var snapshot = World(lanes: [Lane("shell") with { Breaker = Broken }, Lane("gpu")], workers: [Member("w", "shell=9 gpu=9")], ready: [Task(1), Task(2, lane: "gpu")]) with { Now = Start };

        Assert.Equal(["main-2"], Offered(snapshot));
    }

    [Theory]
    [InlineData(RunState.Succeeded, null, null)]
    [InlineData(RunState.Failed, null, null)]
    [InlineData(RunState.Failed, ErrorClass.Task, 120)]
    [InlineData(RunState.TimedOut, ErrorClass.Agent, 120)]
    [InlineData(RunState.Lost, ErrorClass.Host, 0)]
    [InlineData(RunState.Withdrawn, null, 0)]
    [InlineData(RunState.Cancelled, null, 0)]
    public void Its_canary_closes_it_doubles_the_wait_or_tells_nothing(RunState state, ErrorClass? fault, int? nextIn)
    {
        var after = Broken.Try(Id(7), "main-7#1").After(state, fault, Start.AddHours(1));

        Assert.Equal(nextIn, (after?.CanaryAt - Start.AddHours(1))?.TotalSeconds);
        Assert.NotEqual(BreakerState.HalfOpen, after?.State);
    }

    [Fact]
    public void The_wait_doubles_up_to_an_hour()
    {
        var breaker = Broken;
        for (var i = 0; i < 40; i++)
            breaker = breaker.FailedAgain(Start);

        Assert.Equal(3600, breaker.CoolDownSeconds);
    }

    [Fact]
    public void Offers_of_a_lane_whose_breaker_opens_are_taken_back_but_not_its_canary()
    {
        LiveRuns[] live = [Live("shell", null, 3), Live("shell", "w", 2)];
        Snapshot With(Breaker breaker) => World(lanes: [Lane("shell") with { Breaker = breaker }], workers: [Member("w", "shell=9")], live: live) with { Now = Start };

        var (offers, count, why) = Assert.Single(Admit.Excess(With(Broken)));

        Assert.Equal((true, 3, WaitCode.BreakerOpen), (offers.Offered, count, why.Code));
        Assert.Empty(Admit.Excess(With(Broken.Try(Id(7), "main-7#1"))));
    }

    private static Snapshot WithBreaker(Breaker breaker, DateTimeOffset now) =>
        World(lanes: [Lane("shell") with { Breaker = breaker }], workers: [Member("w", "shell=9")], ready: [Task(1), Task(2), Task(3)]) with { Now = now };
}

using Kanban.Bus.Board.Lanes;
using Kanban.Bus.Board.Runs;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Tests.Runs;

/// <summary>The rule alone: what becomes of a task, by what was at fault and how often.</summary>
public sealed class RetryPolicyTests
{
    private static readonly Losses NoLosses = new("");

    [Theory]
    [InlineData(ErrorClass.Task, "task=1", 10)]
    [InlineData(ErrorClass.Agent, "agent=1", 10)]
    [InlineData(ErrorClass.Agent, "agent=1,task=1", 20)]
    [InlineData(ErrorClass.Provider, "provider=1", 30)]
    [InlineData(ErrorClass.Provider, "provider=3,task=2", 120)]
    [InlineData(ErrorClass.Provider, "provider=19", 3600)]
    [InlineData(ErrorClass.Host, "host=1", null)]
    [InlineData(ErrorClass.Host, "host=2", 10)]
    [InlineData(ErrorClass.Board, "board=1,task=2", null)]
    [InlineData(ErrorClass.Board, "board=3", 20)]
    public void Each_class_waits_its_own_time_which_doubles_with_its_own_count(ErrorClass fault, string failures, int? seconds)
    {
        var verdict = Decide(new Lane { Name = "l", BackoffSeconds = 10, MaxAttempts = 9 }, fault, failures);

        Assert.Equal((Status.Ready, seconds), (verdict.To, (int?)verdict.After?.TotalSeconds));
    }

    [Fact]
    public void Half_of_a_wait_is_jitter()
    {
        var lane = new Lane { Name = "l", BackoffSeconds = 10 };

        Assert.Equal(5, RetryPolicy.Decide(lane, RunState.Failed, ErrorClass.Task, new("task=1"), NoLosses, "x", jitter: 0).After!.Value.TotalSeconds);
    }

    [Theory]
    [InlineData(ErrorClass.Task, "task=3", Status.Failed)]
    [InlineData(ErrorClass.Task, "agent=1,host=1,task=1", Status.Failed)]
    [InlineData(ErrorClass.Task, "board=50,provider=15,task=2", Status.Ready)]
    [InlineData(ErrorClass.Provider, "provider=19,task=2", Status.Ready)]
    [InlineData(ErrorClass.Provider, "provider=20", Status.Blocked)]
    [InlineData(ErrorClass.Board, "board=100", Status.Blocked)]
    public void Task_agent_and_host_share_the_attempts_and_a_provider_or_the_board_use_up_none(ErrorClass fault, string failures, Status to) =>
        Assert.Equal(to, Decide(new Lane { Name = "l", MaxAttempts = 3 }, fault, failures).To);

    [Fact]
    public void A_class_with_a_rule_of_its_own_no_longer_counts_with_the_others()
    {
        var lane = new Lane { Name = "l", MaxAttempts = 2, BackoffSeconds = 10, Retries = RetryRules.Patch("", new Dictionary<string, RetryRule?> { ["host"] = new(5, 60) }) };

        Assert.Equal(Status.Ready, Decide(lane, ErrorClass.Task, "host=4,task=1").To);
        Assert.Equal(Status.Failed, Decide(lane, ErrorClass.Task, "host=4,task=2").To);
        Assert.Equal((Status.Ready, 60.0), (Decide(lane, ErrorClass.Host, "host=2,task=1").To, Decide(lane, ErrorClass.Host, "host=2").After!.Value.TotalSeconds));
        Assert.Equal(Status.Failed, Decide(lane, ErrorClass.Host, "host=5").To);
    }

    [Theory]
    [InlineData(RetryMode.Never, Status.Failed)]
    [InlineData(RetryMode.Ask, Status.Blocked)]
    public void A_lane_that_never_retries_or_asks_first_does_so_whatever_was_at_fault(RetryMode mode, Status to) =>
        Assert.All(Enum.GetValues<ErrorClass>(), fault => Assert.Equal(to, Decide(new Lane { Name = "l", Retry = mode }, fault, "").To));

    [Fact]
    public void A_provider_that_says_when_is_not_asked_before()
    {
        var lane = new Lane { Name = "l" };

        Assert.Equal(TimeSpan.FromHours(2), RetryPolicy.Decide(lane, RunState.Failed, ErrorClass.Provider, new("provider=1"), NoLosses, "429", 1, TimeSpan.FromHours(2)).After);
        Assert.Equal(30, RetryPolicy.Decide(lane, RunState.Failed, ErrorClass.Provider, new("provider=1"), NoLosses, "429", 1, TimeSpan.FromSeconds(1)).After!.Value.TotalSeconds);
    }

    [Fact]
    public void Rules_are_patched_class_by_class_and_read_back_as_they_were_written()
    {
        var text = RetryRules.Patch("", new Dictionary<string, RetryRule?> { ["provider"] = new(5), ["host"] = new(null, 60) });
        text = RetryRules.Patch(text, new Dictionary<string, RetryRule?> { ["host"] = null, ["agent"] = new(2, 0) });

        var lane = new Lane { Name = "l", Retries = text, BackoffSeconds = 7 };

        Assert.Equal("agent=2/0,provider=5/", text);
        Assert.Equal((new RetryRule(2, 0), new RetryRule(5, 30), new RetryRule(null, 7)), (RetryRules.Of(lane, ErrorClass.Agent), RetryRules.Of(lane, ErrorClass.Provider), RetryRules.Of(lane, ErrorClass.Host)));
        Assert.Equal("", RetryRules.Patch(text, null));
    }

    private static RetryPolicy.Verdict Decide(Lane lane, ErrorClass fault, string failures) =>
        RetryPolicy.Decide(lane, RunState.Failed, fault, new Failures(failures), NoLosses, "it went wrong", jitter: 1);
}

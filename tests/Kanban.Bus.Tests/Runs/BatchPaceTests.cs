using Kanban.Bus.Board.Runs;
using Kanban.Bus.Tests.Harness;

namespace Kanban.Bus.Tests.Runs;

public sealed class BatchPaceTests
{
    private readonly FakeClock _clock = new();

    [Fact]
    public void After_a_small_batch_the_next_begins_at_once()
    {
        var pace = new BatchPace(_clock, TimeSpan.FromMilliseconds(25));
        pace.Begin(8);

        Assert.True(pace.WaitAsync(default).IsCompleted);
    }

    [Fact]
    public async Task After_a_large_batch_the_next_gathers_for_a_moment_from_its_begin()
    {
        var pace = new BatchPace(_clock, TimeSpan.FromMilliseconds(25));
        pace.Begin(9);
        _clock.Advance(TimeSpan.FromMilliseconds(20));

        var next = pace.WaitAsync(default);
        Assert.False(next.IsCompleted);
        _clock.Advance(TimeSpan.FromMilliseconds(5));
        await next.WaitAsync(Eventually.Deadline);
        pace.Begin(1);

        Assert.True(pace.WaitAsync(default).IsCompleted);
    }
}

using Kanban.Bus.Worker.Bus;
using Kanban.Bus.Worker.Hosting;

namespace Kanban.Bus.Tests.Worker;

/// <summary>Workers that lost something together do not come back together.</summary>
public sealed class ReconnectTests
{
    [Fact]
    public void Two_hundred_workers_come_back_to_their_broker_over_seconds()
    {
        var pauses = Enumerable.Range(0, 200).Select(_ => new ReconnectPause(TimeProvider.System)).ToList();

        Assert.All(pauses, pause => Assert.Equal(TimeSpan.Zero, pause.Next()));
        var waits = pauses.ConvertAll(pause => pause.Next().TotalSeconds);

        Assert.All(waits, wait => Assert.InRange(wait, 0, ReconnectPause.Longest.TotalSeconds));
        Assert.InRange(MostInOneSecond(waits), 1, 80);
    }

    [Fact]
    public void Two_hundred_workers_come_back_to_their_board_over_seconds()
    {
        // As registrations and connections wait; by the time a board is back the bound has grown.
        var waits = Enumerable.Range(0, 200).Select(_ =>
        {
            var backoff = new Backoff(TimeProvider.System, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30));
            var bounds = Enumerable.Range(0, 8).Select(_ => backoff.Next().TotalSeconds).ToList();
            Assert.All(bounds.Zip([1, 2, 4, 8, 16, 30, 30, 30]), pair => Assert.InRange(pair.First, 0, pair.Second));
            return bounds[^1];
        }).ToList();

        Assert.InRange(MostInOneSecond(waits), 1, 30);
    }

    private static int MostInOneSecond(List<double> waits) => waits.Max(from => waits.Count(wait => wait >= from && wait < from + 1));
}

using Kanban.Bus.Board.Fleet;
using Kanban.Bus.Contracts;
using Kanban.Bus.Tests.Admission;
using Kanban.Bus.Tests.Harness;

namespace Kanban.Bus.Tests.Fleet;

/// <summary>Which queues workers are told to consume: their lanes' own, and those of sets that lately had offers.</summary>
public sealed class KnownQueuesTests
{
    private readonly FakeClock _clock = new();
    private readonly KnownQueues _queues;

    public KnownQueuesTests() => _queues = new KnownQueues(_clock);

    [Fact]
    public void A_set_is_new_once_and_forgotten_a_quarter_of_an_hour_after_its_last_offer()
    {
        Assert.True(_queues.Saw("shell", "cuda", null, "cuda"));
        Pass(10);
        Assert.False(_queues.Saw("shell", "cuda", null, "cuda"));
        Pass(15);
        Assert.Equal([BusNames.LaneQueue("shell", ""), BusNames.LaneQueue("shell", "cuda")], Of("w1", capabilities: ["cuda"]));

        Pass(1);

        Assert.Equal([BusNames.LaneQueue("shell", "")], Of("w1", capabilities: ["cuda"]));
        Assert.True(_queues.Saw("shell", "cuda", null, "cuda"));
    }

    [Fact]
    public void A_worker_is_told_of_the_sets_that_it_fits()
    {
        _queues.Saw("shell", "", null, "");
        _queues.Saw("shell", "cuda", null, "cuda");
        _queues.Saw("shell", "@gpu-1", "gpu-1", "");
        _queues.Saw("docs", "cuda", null, "cuda");

        Assert.Equal([BusNames.LaneQueue("shell", "")], Of("w1"));
        Assert.Equal([BusNames.LaneQueue("shell", ""), BusNames.LaneQueue("shell", "cuda")], Of("w2", capabilities: ["cuda"]));
        Assert.Equal([BusNames.LaneQueue("shell", ""), BusNames.LaneQueue("shell", "@gpu-1")], Of("w3", host: "gpu-1"));
    }

    private IEnumerable<string> Of(string id, string[]? capabilities = null, string? host = null) =>
        _queues.For(Worlds.Member(id, "shell=1", capabilities: capabilities, host: host)).Select(q => q.Queue);

    private void Pass(int minutes)
    {
        _clock.Advance(TimeSpan.FromMinutes(minutes));
        _queues.Forget();
    }
}

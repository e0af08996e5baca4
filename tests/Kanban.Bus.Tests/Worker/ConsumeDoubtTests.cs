using Kanban.Bus.Worker.Bus;

namespace Kanban.Bus.Tests.Worker;

/// <summary>When a worker believes the broker more than its own bus.</summary>
public sealed class ConsumeDoubtTests
{
    private readonly ConsumeDoubt _doubt = new(prefetch: 2);

    [Fact]
    public void A_consumer_that_the_broker_does_not_know_at_two_looks_is_lost()
    {
        Assert.Null(_doubt.After(new QueueSeen(0, 0), 0, 0));
        Assert.Equal("the broker knows no consumer of it", _doubt.After(new QueueSeen(0, 0), 0, 0));
    }

    [Fact]
    public void A_queue_that_is_gone_at_two_looks_is_joined_anew()
    {
        Assert.Null(_doubt.After(null, 0, 0));
        Assert.NotNull(_doubt.After(null, 0, 0));
    }

    [Fact]
    public void Messages_that_wait_while_nothing_comes_to_free_hands_give_a_consumer_away_among_others()
    {
        Assert.Null(_doubt.After(new QueueSeen(3, 5), 7, 1));
        Assert.Null(_doubt.After(new QueueSeen(3, 5), 7, 1));
        Assert.Equal("3 messages wait on it, 1 of 2 are held here, and none comes", _doubt.After(new QueueSeen(3, 5), 7, 1));
    }

    [Theory]
    [InlineData(0, 0, 0)] // nothing waits
    [InlineData(9, 0, 2)] // as many are held as may be
    [InlineData(9, 1, 1)] // one came since the last look
    public void A_consumer_that_has_its_reasons_is_left_alone(uint waiting, int cameBetween, int held)
    {
        for (var look = 0; look < 9; look++)
            Assert.Null(_doubt.After(new QueueSeen(waiting, 5), look * cameBetween, held));
    }

    [Fact]
    public void One_look_that_speaks_for_it_ends_the_doubt()
    {
        Assert.Null(_doubt.After(new QueueSeen(0, 0), 0, 0));
        Assert.Null(_doubt.After(new QueueSeen(0, 1), 0, 0));
        Assert.Null(_doubt.After(new QueueSeen(0, 0), 0, 0));
    }
}

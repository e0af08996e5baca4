using Kanban.Bus.Board.Runs;

namespace Kanban.Bus.Tests.Runs;

public sealed class CoalescerTests
{
    [Fact]
    public async Task What_waits_while_a_batch_is_decided_goes_together_in_the_next()
    {
        var batches = new List<int>();
        var first = new TaskCompletionSource();
        var coalescer = new Coalescer<int, int>(async (items, _) =>
        {
            batches.Add(items.Count);
            if (batches.Count == 1)
                await first.Task;
            return [.. items.Select(i => i * 2)];
        }, most: 100);

        var lone = coalescer.AddAsync(1, default);
        await Harness.Eventually.Async(() => batches.Count == 1);
        var rest = Enumerable.Range(2, 10).Select(i => coalescer.AddAsync(i, default)).ToList();
        first.SetResult();

        Assert.Equal(2, await lone);
        Assert.Equal(Enumerable.Range(2, 10).Select(i => i * 2), await Task.WhenAll(rest));
        Assert.Equal([1, 10], batches);
    }

    [Fact]
    public async Task One_bad_item_does_not_fail_its_neighbours()
    {
        var gate = new TaskCompletionSource();
        var coalescer = new Coalescer<int, int>(async (items, _) =>
        {
            await gate.Task;
            return items.Contains(13) ? throw new InvalidOperationException("13") : [.. items];
        }, most: 100);
        var answers = new[] { 1, 2, 13, 4 }.Select(i => coalescer.AddAsync(i, default)).ToList();
        gate.SetResult();

        Assert.Equal((1, 2, 4), (await answers[0], await answers[1], await answers[3]));
        await Assert.ThrowsAsync<InvalidOperationException>(() => answers[2]);
    }

    [Fact]
    public async Task Who_gave_up_waiting_before_the_batch_began_is_not_decided()
    {
        var decided = new List<int>();
        var first = new TaskCompletionSource();
        var coalescer = new Coalescer<int, int>(async (items, _) =>
        {
            decided.AddRange(items);
            await first.Task;
            return [.. items];
        }, most: 100);
        var lone = coalescer.AddAsync(1, default);
        await Harness.Eventually.Async(() => decided.Count == 1);
        using var gaveUp = new CancellationTokenSource();
        var abandoned = coalescer.AddAsync(2, gaveUp.Token);
        var patient = coalescer.AddAsync(3, default);
        await gaveUp.CancelAsync();
        first.SetResult();

        Assert.Equal((1, 3), (await lone, await patient));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => abandoned);
        Assert.Equal(new[] { 1, 3 }, decided);
    }

    [Fact]
    public async Task A_batch_is_bounded()
    {
        var largest = 0;
        var coalescer = new Coalescer<int, int>(async (items, _) =>
        {
            largest = Math.Max(largest, items.Count);
            await Task.Yield();
            return [.. items];
        }, most: 7);

        await Task.WhenAll(Enumerable.Range(0, 100).Select(i => coalescer.AddAsync(i, default)));

        Assert.InRange(largest, 1, 7);
    }
}

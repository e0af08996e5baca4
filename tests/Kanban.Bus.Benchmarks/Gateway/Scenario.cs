using Kanban.Bus.Tests.Harness;

namespace Kanban.Bus.Benchmarks.Gateway;

/// <summary>What happens to the gateway while the tasks are worked off.</summary>
/// <param name="Name">As in <c>gateway.goodput_ratio.steady</c>.</param>
/// <param name="Play">Runs until it is cancelled.</param>
public sealed record Scenario(string Name, string Says, Func<GatewayEmulator, CancellationToken, Task> Play)
{
    public const int Slots = 8;

    private const int People = 4;

    public static readonly IReadOnlyList<Scenario> All =
    [
        new("steady", $"{Slots} slots throughout", (_, ct) => Task.Delay(Timeout.Infinite, ct)),
        new("halved", $"{Slots} slots, {Slots / 2} after half of the tasks", HalveAsync),
        new("interactive", $"{Slots} slots; {People} people chat without a pause for 4 s, then not for 4 s, and so on", ChatAsync),
    ];

    private static async Task HalveAsync(GatewayEmulator gateway, CancellationToken ct)
    {
        while (gateway.Completed < GatewayRun.Tasks / 2)
            await Task.Delay(20, ct);
        gateway.Slots = Slots / 2;
        await Task.Delay(Timeout.Infinite, ct);
    }

    private static async Task ChatAsync(GatewayEmulator gateway, CancellationToken ct)
    {
        var length = TimeSpan.FromSeconds(4);
        while (true)
        {
            await Task.Delay(length, ct);
            using var over = CancellationTokenSource.CreateLinkedTokenSource(ct);
            over.CancelAfter(length);
            await Task.WhenAll(Enumerable.Range(0, People).Select(_ => PersonAsync(gateway, over.Token)));
        }
    }

    /// <summary>One request after another, until they go away.</summary>
    private static async Task PersonAsync(GatewayEmulator gateway, CancellationToken ct)
    {
        try
        {
            while (true)
                if (!await gateway.ServeAsync(ct))
                    await Task.Delay(200, ct);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // Gone.
        }
    }
}

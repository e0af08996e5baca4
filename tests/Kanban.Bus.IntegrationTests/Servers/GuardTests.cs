using System.Globalization;
using Kanban.Bus.Tests.Harness;

namespace Kanban.Bus.IntegrationTests.Servers;

public sealed class GuardTests
{
    [Fact]
    public async Task What_a_server_leaves_behind_ends_with_its_guard()
    {
        var guard = new Guard("test");
        using var server = ServerProcess.Start(guard.Folder, "sleeper", ["sh", "-c", "sleep 600 & echo $! > child; wait"]);
        var childFile = Path.Combine(guard.Folder, "child");
        var child = int.Parse(await Eventually.ValueAsync(async () => await File.ReadAllTextAsync(childFile) is { Length: > 0 } text ? text : null), CultureInfo.InvariantCulture);
        Assert.True(LiveProcesses.IsAlive(child));

        guard.Dispose();

        await Eventually.Async(() => server.HasExited && !LiveProcesses.IsAlive(child));
        Assert.False(Directory.Exists(guard.Folder));
    }
}

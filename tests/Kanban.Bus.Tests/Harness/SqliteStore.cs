using Kanban.Bus.Board.Storage;

namespace Kanban.Bus.Tests.Harness;

/// <summary>A SQLite file of its own, with a clock that stands still until a test moves it.</summary>
public sealed class SqliteStore : TestStore
{
    private readonly string _folder = Directory.CreateTempSubdirectory("kanban-store-").FullName;

    public FakeClock Clock { get; } = new();

    public override Task AdvanceAsync(TimeSpan by)
    {
        Clock.Advance(by);
        return Task.CompletedTask;
    }

    protected override void AddStorage(IServiceCollection services)
    {
        services.AddSingleton<TimeProvider>(Clock);
        services.AddStorage(new StorageOptions(), _folder);
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }
}

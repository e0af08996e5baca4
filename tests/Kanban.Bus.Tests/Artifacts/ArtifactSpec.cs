using System.Security.Cryptography;
using System.Text;
using Kanban.Bus.Board.Alarms;
using Kanban.Bus.Board.Artifacts;
using Kanban.Bus.Board.Storage;
using Kanban.Bus.Contracts;
using Kanban.Bus.Tests.Harness;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Kanban.Bus.Tests.Artifacts;

/// <summary>Files of tasks on the board: in pieces, held against what was announced, bounded before they come, and fenced.</summary>
public abstract class ArtifactSpec<TStore> : StoreSpec<TStore>, IDisposable where TStore : TestStore, new()
{
    private readonly string _folder = Directory.CreateTempSubdirectory("kanban-files-").FullName;
    private readonly ArtifactOptions _options = new();
    private readonly ArtifactStore _files;

    protected ArtifactSpec() => _files = new ArtifactStore(_folder, new FolderBlobs(_folder, TimeProvider.System));

    [Fact]
    public async Task A_file_goes_on_where_it_was_cut_off_and_is_stored_once()
    {
        var run = await HeldAsync();
        var bytes = RandomNumberGenerator.GetBytes(300_000);
        var declared = new DeclareArtifact("out/report.bin", bytes.Length, Hash(bytes));
        var upload = Answer(await DeclareAsync(run, declared));

        await Assert.ThrowsAsync<IOException>(() => WriteAsync(run, upload.Id, 0, new CutStream(bytes, 100_000)));
        var again = Answer(await DeclareAsync(run, declared));
        Assert.Equal((upload.Id, false), (again.Id, again.Stored));
        Assert.InRange(again.NextOffset, 1, 100_000);
        Assert.Equal(again.NextOffset, Behind(await WriteAsync(run, upload.Id, 250_000, bytes[250_000..])).NextOffset);
        Assert.Equal(again.NextOffset, Behind(await CommitAsync(run, upload.Id)).NextOffset);
        Assert.Equal(bytes.Length, Answer(await WriteAsync(run, upload.Id, again.NextOffset, bytes[(int)again.NextOffset..])).NextOffset);
        Assert.True(Answer(await CommitAsync(run, upload.Id)).Stored);
        Assert.True(Answer(await CommitAsync(run, upload.Id)).Stored);
        Assert.True(Answer(await DeclareAsync(run, declared)).Stored);

        var file = Assert.Single(await ListAsync(run));
        Assert.Equal(("out/report.bin", bytes.LongLength, Hash(bytes), "application/octet-stream", 1, RunState.Running), (file.Name, file.SizeBytes, file.Sha256, file.ContentType, file.Run, file.RunState));
        Assert.Equal(bytes, await ReadAsync(file.Sha256));
        Assert.Equal(["artifact.stored"], (await Store.EventsAsync(run.TaskId)).Where(e => e.StartsWith("artifact", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task What_is_not_as_announced_is_not_stored()
    {
        var run = await HeldAsync();
        var upload = Answer(await DeclareAsync(run, new DeclareArtifact("a", 3, Hash("abc"u8))));

        Assert.Equal(413, Refusal(await WriteAsync(run, upload.Id, 0, "abcd"u8.ToArray())));
        await WriteAsync(run, upload.Id, 0, "abX"u8.ToArray());
        Assert.Equal(422, Refusal(await CommitAsync(run, upload.Id)));
        Assert.Empty(await ListAsync(run));

        await WriteAsync(run, upload.Id, 0, "abc"u8.ToArray());
        Assert.True(Answer(await CommitAsync(run, upload.Id)).Stored);
    }

    [Fact]
    public async Task Bounds_are_passed_before_the_first_byte_comes()
    {
        var run = await HeldAsync();
        (_options.MaxFileBytes, _options.MaxBytesPerRun, _options.MaxBytesPerTask, _options.MaxFiles) = (100, 150, 160, 3);

        Assert.Equal(413, Refusal(await DeclareAsync(run, new DeclareArtifact("a", 101))));
        Assert.False(Answer(await DeclareAsync(run, new DeclareArtifact("a", 100))).Stored);
        Assert.Equal(413, Refusal(await DeclareAsync(run, new DeclareArtifact("b", 51))));
        Assert.False(Answer(await DeclareAsync(run, new DeclareArtifact("a", 90))).Stored);
        Assert.False(Answer(await DeclareAsync(run, new DeclareArtifact("b", 51))).Stored);
        Assert.False(Answer(await DeclareAsync(run, new DeclareArtifact("c", 0))).Stored);
        Assert.Equal(413, Refusal(await DeclareAsync(run, new DeclareArtifact("d", 0))));
        Assert.Equal(413, Refusal(await DeclareAsync(Person(run), new DeclareArtifact("given", 20))));
        Assert.False(Answer(await DeclareAsync(Person(run), new DeclareArtifact("given", 19))).Stored);
        Assert.Equal(507, Refusal(await DeclareAsync(run, new DeclareArtifact("c", 1), freeless: true)));
    }

    [Fact]
    public async Task A_disk_without_room_is_one_alarm_until_the_largest_file_would_fit()
    {
        var run = await HeldAsync();
        await ClearAsync();
        Assert.Equal(507, Refusal(await DeclareAsync(run, new DeclareArtifact("a", 1), freeless: true)));
        await Store.AdvanceAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(507, Refusal(await DeclareAsync(run, new DeclareArtifact("b", 1), freeless: true)));

        // What is small has room, but not what may come.
        Assert.False(Answer(await DeclareAsync(run, new DeclareArtifact("c", 1))).Stored);
        await ClearAsync();
        var open = Assert.Single(await AlarmsAsync());
        Assert.Equal((AlarmKind.NoRoom, "artifacts", 2, open.Since.AddMinutes(1), null), (open.Kind, open.Subject, open.Count, open.LastSeenAt, open.ClearedAt));
        Assert.StartsWith("The board's disk has no room for", open.Reason, StringComparison.Ordinal);

        _options.MaxFileBytes = 1;
        await ClearAsync();

        Assert.Equal(await Store.NowAsync(), Assert.Single(await AlarmsAsync()).ClearedAt);
    }

    [Fact]
    public async Task A_run_without_its_lease_stores_nothing_and_what_it_had_stored_stays_with_it()
    {
        var run = await HeldAsync();
        await StoreAsync(run, "early.txt", "early");
        var late = Answer(await DeclareAsync(run, new DeclareArtifact("late.txt", 4)));
        await WriteAsync(run, late.Id, 0, "late"u8.ToArray());

        await Store.FinishAsync("w1", new FinishItem(run.RunId!.Value, run.FencingToken, Outcome.Failed));

        Assert.Equal(409, Refusal(await CommitAsync(run, late.Id)));
        Assert.Equal(409, Refusal(await DeclareAsync(run, new DeclareArtifact("more.txt", 4))));
        var file = Assert.Single(await ListAsync(run));
        Assert.Equal(("early.txt", 1, RunState.Failed), (file.Name, file.Run, file.RunState));
    }

    [Fact]
    public async Task An_older_fencing_token_stores_nothing()
    {
        var run = await HeldAsync();

        Assert.Equal(409, Refusal(await DeclareAsync(run with { FencingToken = run.FencingToken - 1 }, new DeclareArtifact("a", 1))));
    }

    [Theory]
    [InlineData("")]
    [InlineData("/etc/passwd")]
    [InlineData("../up")]
    [InlineData("a/../../b")]
    [InlineData("a//b")]
    [InlineData("./a")]
    [InlineData("a/")]
    [InlineData("a\\b")]
    [InlineData("a\0b")]
    [InlineData("a\nb")]
    public async Task A_name_that_is_a_way_out_is_refused(string name)
    {
        var run = await HeldAsync();

        Assert.Equal(400, Refusal(await DeclareAsync(run, new DeclareArtifact(name, 1))));
        Assert.NotNull(ArtifactRules.WhyNot(name, folders: true));
    }

    [Fact]
    public async Task A_name_is_a_label_and_never_a_path()
    {
        var run = await HeldAsync();
        string[] names = ["CON", "nul.txt", "…/%2e%2e/x", "<script>alert(1)</script>.html", "~root", "-rf", "a b", "名前"];
        foreach (var name in names)
            await StoreAsync(run, name, name);

        Assert.Equal(names.Order(StringComparer.Ordinal), (await ListAsync(run)).Select(f => f.Name).Order(StringComparer.Ordinal));
        Assert.All(Directory.EnumerateFiles(_folder, "*", SearchOption.AllDirectories),
            path => Assert.Matches("^blobs/[0-9a-f]{2}/[0-9a-f]{64}$", Path.GetRelativePath(_folder, path)));
        Assert.Equal(400, Refusal(await DeclareAsync(Person(run), new DeclareArtifact("folder/name", 1))));
    }

    [Fact]
    public async Task What_people_attach_comes_with_the_next_grant_and_so_do_the_patterns_of_lane_and_task()
    {
        await Store.AddLaneAsync("shell", lane => lane.Artifacts = "report.md\nout/**");
        var task = await Store.AddTaskAsync("shell", t => t.Artifacts = "*.log\nreport.md");
        await Store.AddWorkerAsync("w1", "shell=1");
        var person = new ArtifactOwner(task.Id, null, 0, "key:test");
        await StoreAsync(person, "spec.md", "old");
        await StoreAsync(person, "spec.md", "new");
        await DeclareAsync(person, new DeclareArtifact("unfinished", 5));

        var grant = (await Store.ClaimAsync("w1", Assert.Single(await Store.AdmitAsync()).RunId)).Grant!;

        var file = Assert.Single(grant.Attachments!);
        Assert.Equal(("spec.md", 3L, Hash("new"u8)), (file.Name, file.SizeBytes, file.Sha256));
        Assert.Equal(["report.md", "out/**", "*.log"], grant.Artifacts!);
    }

    [Fact]
    public async Task The_sweep_takes_what_is_long_over_and_nothing_else()
    {
        var run = await HeldAsync();
        await StoreAsync(run, "a", "same");
        await StoreAsync(Person(run), "b", "same");
        var unfinished = Answer(await DeclareAsync(run, new DeclareArtifact("c", 5)));
        await WriteAsync(run, unfinished.Id, 0, "half"u8.ToArray());
        await Store.UseAsync(db => db.Artifacts.Where(a => a.Name == "b").ExecuteDeleteAsync());
        var later = new FakeClock(TimeProvider.System.GetUtcNow().AddDays(2));

        Assert.Equal((0, 0), await SweepAsync(TimeProvider.System));
        Assert.Equal((0, 0), await SweepAsync(later));
        Assert.Equal("same"u8.ToArray(), await ReadAsync(Hash("same"u8)));

        await Store.FinishAsync("w1", new FinishItem(run.RunId!.Value, run.FencingToken, Outcome.Succeeded));
        _options.Keep = TimeSpan.Zero;
        await Store.AdvanceAsync(TimeSpan.FromMilliseconds(5));
        Assert.Equal((1, 1), await SweepAsync(later));
        await Assert.ThrowsAsync<FileNotFoundException>(() => _files.OpenAsync(Hash("same"u8), default));
        Assert.Contains("artifact.dropped", await Store.EventsAsync(run.TaskId));
    }

    [Fact]
    public async Task Of_replicas_that_would_sweep_one_does_and_an_hour_later_one_again()
    {
        for (var hour = 0; hour < 2; hour++)
        {
            var taken = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => Store.ReadAsync(db => db.TakeTurnAsync(Turn.Files, TimeSpan.FromMinutes(55), default)))));
            Assert.Single(taken, took => took);
            await Store.AdvanceAsync(TimeSpan.FromHours(1));
        }

        // What one replica has swept of, none looks at again before its time.
        var run = await HeldAsync();
        await StoreAsync(run, "a", "same");
        await Store.FinishAsync("w1", new FinishItem(run.RunId!.Value, run.FencingToken, Outcome.Succeeded));
        await Store.AdvanceAsync(TimeSpan.FromSeconds(1));
        _options.Keep = TimeSpan.Zero;
        Task<(int, int)> InTurnAsync() => Store.ReadAsync(db => new ArtifactSweep(db, _files, Options.Create(_options), TimeProvider.System).RunInTurnAsync(default));
        Assert.True(await Store.ReadAsync(db => db.TakeTurnAsync(Turn.Files, TimeSpan.FromHours(1), default)));
        Assert.Equal((0, 0), await InTurnAsync());
        await Store.AdvanceAsync(TimeSpan.FromHours(1));
        Assert.Equal((1, 0), await InTurnAsync());
        Assert.Equal((0, 0), await InTurnAsync());
    }

    public void Dispose()
    {
        _files.Dispose();
        Directory.Delete(_folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    private async Task<ArtifactOwner> HeldAsync()
    {
        await Store.AddLaneAsync("shell");
        var task = await Store.AddTaskAsync("shell");
        await Store.AddWorkerAsync("w1", "shell=1");
        var offer = Assert.Single(await Store.AdmitAsync());
        return new ArtifactOwner(task.Id, offer.RunId, (await Store.ClaimAsync("w1", offer.RunId)).Grant!.FencingToken, "run:main-1/1");
    }

    private static ArtifactOwner Person(ArtifactOwner run) => new(run.TaskId, null, 0, "key:test");

    private ArtifactUploads Uploads(BoardDbContext db) => new(db, _files, Options.Create(_options));

    private async Task<IResult> DeclareAsync(ArtifactOwner owner, DeclareArtifact file, bool freeless = false) =>
        (await Store.ReadAsync(db => Uploads(db).DeclareAsync(owner, freeless ? file with { SizeBytes = _options.MaxFileBytes = 1L << 55 } : file, default))).Result;

    private Task<IResult> WriteAsync(ArtifactOwner owner, Guid id, long offset, byte[] bytes) => WriteAsync(owner, id, offset, new MemoryStream(bytes));

    private async Task<IResult> WriteAsync(ArtifactOwner owner, Guid id, long offset, Stream bytes) =>
        (await Store.ReadAsync(db => Uploads(db).WriteAsync(owner, id, offset, bytes, default))).Result;

    private async Task<IResult> CommitAsync(ArtifactOwner owner, Guid id) => (await Store.ReadAsync(db => Uploads(db).CommitAsync(owner, id, default))).Result;

    private async Task StoreAsync(ArtifactOwner owner, string name, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var upload = Answer(await DeclareAsync(owner, new DeclareArtifact(name, bytes.Length, Hash(bytes))));
        await WriteAsync(owner, upload.Id, 0, bytes);
        Assert.True(Answer(await CommitAsync(owner, upload.Id)).Stored);
    }

    private async Task<IReadOnlyList<ArtifactView>> ListAsync(ArtifactOwner run)
    {
        var key = (await Store.TaskAsync(run.TaskId)).Key;
        var answer = await Store.ReadAsync(db => ListArtifacts.Handle(key, null, 200, new DefaultHttpContext().Request, db, default));
        return Assert.IsType<Ok<Page<ArtifactView>>>(answer.Result).Value!.Items;
    }

    private Task<List<Alarm>> AlarmsAsync() => Store.ReadAsync(db => db.Alarms.AsNoTracking().ToListAsync());

    private async Task ClearAsync()
    {
        await using var files = new ServiceCollection().AddSingleton(_files).AddSingleton(Options.Create(_options)).BuildServiceProvider();
        await Store.UseAsync(db => new AlarmCauses(db, Store.Services.GetServices<AlarmCause>(), files).ClearAsync(default));
    }

    private Task<(int, int)> SweepAsync(TimeProvider clock) =>
        Store.ReadAsync(db => new ArtifactSweep(db, _files, Options.Create(_options), clock).RunAsync(default));

    private async Task<byte[]> ReadAsync(string hash)
    {
        await using var file = await _files.OpenAsync(hash, default);
        using var all = new MemoryStream();
        await file.CopyToAsync(all);
        return all.ToArray();
    }

    private static ArtifactUpload Answer(IResult answer) => Assert.IsType<Ok<ArtifactUpload>>(answer).Value!;

    private static ArtifactUpload Behind(IResult answer) => Assert.IsType<Conflict<ArtifactUpload>>(answer).Value!;

    private static int Refusal(IResult answer) => Assert.IsType<ProblemHttpResult>(answer).StatusCode;

    private static string Hash(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    /// <summary>A request whose connection breaks in its middle.</summary>
    private sealed class CutStream(byte[] bytes, int after) : MemoryStream(bytes)
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            Position >= after ? throw new IOException("cut") : await base.ReadAsync(buffer[..Math.Min(buffer.Length, after - (int)Position)], cancellationToken);
    }
}

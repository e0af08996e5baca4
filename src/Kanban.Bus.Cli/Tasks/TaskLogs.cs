using System.CommandLine;
using Kanban.Bus.Cli.Client;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Cli.Tasks;

/// <summary>
/// <c>kanban task logs KEY [-f]</c>: the run's own bytes, stdout to stdout and stderr to stderr, in the order the board received them.
/// <c>--stream NAME</c> prints one of the streams to stdout.
/// </summary>
internal static class TaskLogs
{
    public static Command Build(App app)
    {
        var key = TaskKeys.One();
        var follow = new Option<bool>("--follow", "-f") { Description = "Go on while the task does, over retries too" };
        var number = Options.Number("--run", "Of this run; without it, of the latest");
        var all = new Option<bool>("--all") { Description = "Of every run, oldest first" };
        var stream = Options.Text("--stream", "One stream alone, to standard output: stdout, stderr, or events, what its agent did as JSON lines", "NAME");
        var from = Options.Number("--from", "With --stream: from this byte on");
        var command = new Command("logs", "Print what a task's run wrote") { key, follow, number, all, stream, from };
        command.Validators.Add(result =>
        {
            if (result.GetValue(number) is not null && result.GetValue(all))
                result.AddError("--run and --all can't both be given.");
            if (result.GetValue(stream) is { } name && !LogStreams.All.Contains(name))
                result.AddError($"--stream takes one of {string.Join(", ", LogStreams.All)}; not '{name}'.");
            if (result.GetValue(from) is { } first && (first < 0 || result.GetValue(stream) is null))
                result.AddError("--from takes a byte's place, 0 and up, in the stream that --stream names.");
        });
        return app.On(command, async (call, ct) =>
        {
            var part = new LogPart(call.Get(stream), call.Get(from) ?? 0);
            var runs = await call.Board.RunsAsync(call.Get(key), ct);
            var chosen = Choose(call, runs, call.Get(key), call.Get(number), call.Get(all), call.Get(follow));
            if (!call.Get(follow))
            {
                foreach (var run in chosen)
                    await PrintAsync(call, run, part, ct);
                return ExitCode.Ok;
            }

            if (call.Get(number) is null)
                return await FollowTaskAsync(call, call.Get(key), chosen, part, ct);
            foreach (var run in chosen)
                await FollowRunAsync(call, run.Id, part, ct);
            return ExitCode.Ok;
        });
    }

    /// <summary>The end of a run's log, whole lines where there are any, to standard error: the answer itself is on standard output.</summary>
    public static async Task TailAsync(Call call, RunView run, int bytes, CancellationToken ct)
    {
        var kept = new Queue<byte[]>();
        var size = 0;
        await foreach (var chunk in ChunksAsync(call, run.Id, default, ct))
        {
            if (chunk.Stream == LogStreams.Events)
                continue;
            kept.Enqueue(chunk.Data);
            size += chunk.Data.Length;
            while (size - kept.Peek().Length >= bytes)
                size -= kept.Dequeue().Length;
        }

        var all = kept.SelectMany(data => data).ToArray();
        var from = Math.Max(0, all.Length - bytes);
        if (from > 0 && Array.IndexOf(all, (byte)'\n', from) is var line and >= 0 && line + 1 < all.Length)
            from = line + 1;
        await call.Terminal.ErrorBytes.WriteAsync(all.AsMemory(from), ct);
        if (all.Length > 0 && all[^1] != '\n')
            call.Terminal.Error.WriteLine();
    }

    private static IReadOnlyList<RunView> Choose(Call call, IReadOnlyList<RunView> runs, string key, int? number, bool all, bool follow)
    {
        if (number is { } wanted)
        {
            return runs.FirstOrDefault(run => run.Number == wanted) is { } run
                ? [run]
                : throw new BoardRefusalException(System.Net.HttpStatusCode.NotFound, null, $"{key} has no run {wanted}; it has {runs.Count}.", []);
        }

        if (all)
            return runs;
        // An offer that nobody has claimed has written nothing: the run before it is what a reader means.
        var latest = runs.LastOrDefault(run => follow || run.StartedAt is not null) ?? (runs.Count > 0 ? runs[^1] : null);
        if (latest is null && !follow)
            call.Output.Note($"kanban: {key} has not run yet. 'kanban task why {key}' says what it waits for.");
        return latest is null ? [] : [latest];
    }

    private static async Task PrintAsync(Call call, RunView run, LogPart part, CancellationToken ct)
    {
        await foreach (var chunk in ChunksAsync(call, run.Id, part, ct))
            await WriteAsync(call, chunk, part, ct);
    }

    private static async IAsyncEnumerable<LogChunkView> ChunksAsync(Call call, Guid run, LogPart part, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
    {
        Page<LogChunkView> page;
        var after = 0L;
        do
        {
            page = await call.Board.LogChunksAsync(run, after, part, ct);
            foreach (var chunk in page.Items)
            {
                after = chunk.Id;
                yield return chunk;
            }
        }
        while (page.NextCursor is not null && page.Items.Count > 0);
    }

    /// <summary>Run after run, until none can follow without a person.</summary>
    private static async Task<int> FollowTaskAsync(Call call, string key, IReadOnlyList<RunView> first, LogPart part, CancellationToken ct)
    {
        var seen = 0;
        foreach (var run in first)
        {
            await FollowRunAsync(call, run.Id, part, ct);
            seen = run.Number;
        }

        while (true)
        {
            var number = seen;
            var task = await call.Follow.UntilAsync(key, task => Next(task, number) is not null || Rests(task.Task, number), ct);
            if (Next(task, number) is not { } next)
            {
                call.Output.Note(TaskColumns.Sentence(task.Task));
                return ExitCode.Ok;
            }

            await FollowRunAsync(call, next.Id, part, ct);
            seen = next.Number;
        }
    }

    private static RunView? Next(TaskDetail task, int seen) => task.Runs.Where(run => run.Number > seen).MinBy(run => run.Number);

    private static bool Rests(TaskView task, int seen) =>
        TaskKeys.Ended(task) || (seen > 0 && task.Status is Status.Blocked or Status.Review or Status.Triage);

    private static async Task FollowRunAsync(Call call, Guid run, LogPart part, CancellationToken ct)
    {
        await foreach (var chunk in call.Follow.LogAsync(run, part, ct))
            await WriteAsync(call, chunk, part, ct);
    }

    private static async Task WriteAsync(Call call, LogChunkView chunk, LogPart part, CancellationToken ct)
    {
        // What an agent did is for programs: it is printed only when it is asked for.
        if (part.Stream is null && chunk.Stream == LogStreams.Events)
            return;
        var to = part.Stream is null && chunk.Stream == LogStreams.Err ? call.Terminal.ErrorBytes : call.Terminal.OutBytes;
        await to.WriteAsync(chunk.Data, ct);
        await to.FlushAsync(ct);
    }
}

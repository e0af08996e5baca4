using System.Text.Json;
using Kanban.Bus.Contracts;
using Kanban.Bus.Worker.Spool;

namespace Kanban.Bus.Worker.Runs;

/// <summary>Brings what people say to a run while it is at work: a line of JSON for each comment in <c>KANBAN_INBOX_FILE</c>, each once.</summary>
/// <remarks>The board tells a comment again until the run has seen it, so one that could not be written comes with the next heartbeat.</remarks>
internal sealed class Inbox(RunDirectory directory)
{
    private readonly Lock _gate = new();
    private HashSet<long>? _told;

    public void Add(IReadOnlyList<CommentView> comments)
    {
        if (comments.Count == 0)
            return;
        lock (_gate)
        {
            var told = _told ??= Told();
            foreach (var comment in comments.Where(c => !told.Contains(c.Id)).OrderBy(c => c.Id))
            {
                var line = JsonSerializer.SerializeToUtf8Bytes(comment, WorkerJson.Client.CommentView);
                using (var file = PlainFile.OpenWrite(directory.InboxFile))
                    RandomAccess.Write(file, [.. line, (byte)'\n'], RandomAccess.GetLength(file));
                told.Add(comment.Id);
            }
        }
    }

    /// <summary>What an earlier process of the worker has written.</summary>
    private HashSet<long> Told()
    {
        var told = new HashSet<long>();
        foreach (var line in (PlainFile.ReadAllText(directory.InboxFile) ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            try
            {
                if (JsonSerializer.Deserialize(line, WorkerJson.Client.CommentView) is { } comment)
                    told.Add(comment.Id);
            }
            catch (JsonException)
            {
                // The run wrote into it, or a full disk cut it short: the comment comes again.
            }
        }

        return told;
    }
}

using System.Text;
using System.Text.Json;
using Kanban.Bus.Contracts;
using Kanban.Bus.Worker.Spool;

namespace Kanban.Bus.Worker.Runs;

/// <summary>What a run writes of its requests to <c>KANBAN_MET_FILE</c>, one JSON object a line: <c>{"status":429}</c>, <c>{"timeout":true}</c>, <c>{"status":200,"ms":850}</c>. Read as it grows.</summary>
/// <remarks>At most so much of it is read at a time, and what is no such line is passed by: a run may write anything.</remarks>
internal sealed class MetFile
{
    private const int MostBytes = 64 * 1024;
    private const int MostMs = 24 * 3600 * 1000;

    private readonly Lock _gate = new();
    private readonly string _path;
    private readonly RunMet _nothing;
    private RunMet _pending;
    private long _read;

    /// <remarks>What is there already was told by an earlier process of the worker: it is passed by.</remarks>
    public MetFile(Grant grant, string path)
    {
        _path = path;
        _pending = _nothing = new RunMet(grant.RunId, grant.FencingToken, 0, 0, 0, 0);
        _read = new FileInfo(path) is { Exists: true, LinkTarget: null } left ? left.Length : 0;
    }

    /// <summary>What is new since the last call; null for nothing. Who takes it tells the board, or puts it back.</summary>
    public RunMet? Take()
    {
        lock (_gate)
        {
            ReadOn();
            var taken = _pending;
            _pending = _nothing;
            return taken == _nothing ? null : taken;
        }
    }

    /// <summary>The board did not answer.</summary>
    public void PutBack(RunMet met)
    {
        lock (_gate)
            _pending = _pending with
            {
                Refused = _pending.Refused + met.Refused,
                TimedOut = _pending.TimedOut + met.TimedOut,
                Answered = _pending.Answered + met.Answered,
                AnsweredMs = _pending.AnsweredMs + met.AnsweredMs,
            };
    }

    private void ReadOn()
    {
        byte[] bytes;
        int length;
        try
        {
            using var file = PlainFile.OpenRead(_path);
            if (file is null || RandomAccess.GetLength(file) <= _read)
                return;
            bytes = new byte[Math.Min(MostBytes, RandomAccess.GetLength(file) - _read)];
            length = RandomAccess.Read(file, bytes, _read);
        }
        catch (IOException)
        {
            // The run has put something else in its place: it has nothing to tell.
            return;
        }

        var whole = bytes.AsSpan(0, length).LastIndexOf((byte)'\n') + 1;
        // A line longer than all that is read at a time is none.
        _read += whole > 0 ? whole : length == MostBytes ? length : 0;
        foreach (var line in Encoding.UTF8.GetString(bytes, 0, whole).Split('\n', StringSplitOptions.RemoveEmptyEntries))
            Add(line);
    }

    private void Add(string text)
    {
        MetLine? line;
        try
        {
            line = JsonSerializer.Deserialize(text, WorkerJson.Lenient.MetLine);
        }
        catch (JsonException)
        {
            // No such line.
            return;
        }

        _pending = line switch
        {
            { Timeout: true } => _pending with { TimedOut = _pending.TimedOut + 1 },
            { Status: 429 or 503 } => _pending with { Refused = _pending.Refused + 1 },
            { Ms: >= 0 and <= MostMs and var ms } => _pending with { Answered = _pending.Answered + 1, AnsweredMs = _pending.AnsweredMs + ms },
            _ => _pending,
        };
    }
}

internal sealed record MetLine(int? Status = null, bool Timeout = false, double? Ms = null);

using System.Buffers;
using System.Text;
using System.Text.Json;
using Kanban.Bus.Worker.Spool;
using Microsoft.Win32.SafeHandles;

namespace Kanban.Bus.Worker.Executors.Agents;

/// <summary>Reads an agent's standard output as it grows and appends what it means to the log stream <c>events</c>. State and stream are on disk: a restarted worker goes on without a gap or a repeat.</summary>
internal sealed class EventFeed : IDisposable
{
    /// <summary>Read between two looks at most: an agent that floods keeps no other waiting.</summary>
    private const int MostBytes = 1024 * 1024;

    private const int MostShown = 4_000;

    private readonly RunDirectory _run;
    private readonly Translator _translator;
    private readonly TimeProvider _clock;
    private readonly SafeFileHandle? _output;
    private readonly SafeFileHandle _events;
    private readonly Fifo? _input;

    /// <summary>Lines that begin before it have their events already.</summary>
    private readonly long _told;
    private long _end;

    /// <exception cref="IOException">The run has put something else in the stream's place.</exception>
    public EventFeed(RunDirectory run, Translator translator, AgentState state, TimeProvider clock)
    {
        (_run, _translator, State, _clock) = (run, translator, state, clock);
        _output = PlainFile.OpenRead(run.LogFile("stdout"));
        (_end, _told) = Left(run.LogFile("events"));
        _events = PlainFile.OpenWrite(run.LogFile("events"));
        if (State.IsSpokenWith)
            _input = new Fifo(run.InputFile);
    }

    public AgentState State { get; }

    /// <summary>Reads what is new, a bounded piece of it.</summary>
    /// <param name="last">The agent is dead: all that is left is read, and a last line without its line feed counts.</param>
    public void ReadOn(bool last = false)
    {
        if (_output is null)
            return;
        var before = State.Offset;
        while (ReadPiece(last) && last)
        {
            // Piece after piece.
        }
        // What is to be said is on disk before it is said: a worker that dies in between says it again, which is better than an agent that waits for ever.
        if (State.Offset != before)
            _run.WriteAgent(State);
        Answer(last);
    }

    /// <summary>Says one line to an agent that listens.</summary>
    public void Say(string? line)
    {
        if (line is null || _input is null)
            return;
        State.Outbox.Add(line);
        Answer(last: false);
    }

    private void Answer(bool last)
    {
        if (_input is null || last)
            return;
        _input.Send();
        if (State.Outbox.Count == 0)
            return;
        foreach (var line in State.Outbox)
            _input.Send(Encoding.UTF8.GetBytes(line + "\n"));
        State.Outbox.Clear();
        _run.WriteAgent(State);
    }

    public void Dispose()
    {
        _input?.Dispose();
        _output?.Dispose();
        _events.Dispose();
    }

    /// <returns>True when there may be more.</returns>
    private bool ReadPiece(bool last)
    {
        var rest = RandomAccess.GetLength(_output!) - State.Offset;
        if (rest <= 0)
            return false;
        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(rest, MostBytes));
        try
        {
            var read = RandomAccess.Read(_output!, buffer.AsSpan(0, (int)Math.Min(rest, Math.Min(buffer.Length, MostBytes))), State.Offset);
            var piece = buffer.AsMemory(0, read);
            var at = 0;
            for (int length; (length = piece.Span[at..].IndexOf((byte)'\n')) >= 0; at += length + 1)
                Line(piece.Slice(at, length), State.Offset + at);
            if (at == 0 && read >= MostBytes)
            {
                // A line longer than is read at a time is passed by, and counts once.
                State.Unreadable += State.WithinLongLine ? 0 : 1;
                (at, State.WithinLongLine) = (read, true);
            }
            else if (last && read == rest && at < read)
            {
                Line(piece[at..], State.Offset + at);
                at = read;
            }
            State.Offset += at;
            return at > 0;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private void Line(ReadOnlyMemory<byte> line, long at)
    {
        var rest = State.WithinLongLine;
        State.WithinLongLine = false;
        if (rest || line.Span.Trim(" \t\r"u8).IsEmpty)
            return;
        if (Translator.Parse(line) is not { } parsed)
        {
            State.Unreadable++;
            return;
        }
        using var text = new MemoryStream();
        try
        {
            foreach (var said in _translator.Translate(parsed, State))
            {
                JsonSerializer.Serialize(text, said with { At = _clock.GetUtcNow(), Raw = at, Text = Shown(said.Text) }, WorkerJson.Sparse.AgentEvent);
                text.WriteByte((byte)'\n');
            }
        }
        catch (InvalidOperationException)
        {
            // A name or number in it is none: the line counts as others that can't be read, the run goes on.
            State.Unreadable++;
            return;
        }
        if (at < _told || text.Length == 0)
            return;
        RandomAccess.Write(_events, text.GetBuffer().AsSpan(0, (int)text.Length), _end);
        _end += text.Length;
    }

    /// <summary>Secrets are covered before the text is cut: half of one would not be recognised when the stream leaves the host.</summary>
    private string? Shown(string? text) => text is not { Length: > MostShown } ? text : Translator.Cut(_run.Hide(text), MostShown);

    /// <summary>Where the stream's whole lines end, and up to which line of the output they reach: the state on disk may be older than they are.</summary>
    private static (long End, long Told) Left(string path)
    {
        var bytes = PlainFile.ReadAllBytes(path) ?? [];
        var end = bytes.AsSpan().LastIndexOf((byte)'\n') + 1;
        if (end == 0)
            return (0, 0);
        var begin = bytes.AsSpan(0, end - 1).LastIndexOf((byte)'\n') + 1;
        return (end, Translator.Parse(bytes.AsMemory(begin, end - begin)) is { } line && line.TryGetProperty("raw", out var raw) && raw.TryGetInt64(out var at) ? at + 1 : 0);
    }
}

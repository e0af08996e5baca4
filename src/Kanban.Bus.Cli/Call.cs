using System.CommandLine;
using Kanban.Bus.Cli.Client;
using Kanban.Bus.Cli.Contexts;
using Kanban.Bus.Cli.Inside;
using Kanban.Bus.Cli.Printing;

namespace Kanban.Bus.Cli;

/// <summary>One command being carried out: its arguments, its board, its output.</summary>
internal sealed class Call : IDisposable
{
    private readonly ParseResult _parsed;
    private readonly Globals _globals;
    private readonly Lazy<Connection> _connection;
    private readonly Lazy<BoardClient> _board;
    private readonly Lazy<InRun> _run;
    private readonly Lazy<BoardClient> _runBoard;
    private readonly Lazy<Output> _output;

    public Call(ParseResult parsed, Globals globals, Terminal terminal)
    {
        _parsed = parsed;
        _globals = globals;
        Terminal = terminal;
        _connection = new(() => Connection.Resolve(Get(globals.Url), Get(globals.Token), Get(globals.Context), terminal.Environment));
        _board = new(() => new BoardClient(Connection, terminal.Clock));
        _run = new(() => InRun.Of(terminal.Environment));
        _runBoard = new(() => new BoardClient(Run.Connection, terminal.Clock));
        _output = new(() => new Output(terminal, ChosenFormat(), Get(globals.Headers)));
    }

    public Terminal Terminal { get; }
    public Connection Connection => _connection.Value;
    public BoardClient Board => _board.Value;
    public Output Output => _output.Value;

    /// <summary>The run that this command was started in.</summary>
    /// <exception cref="UsageException">It was not started by a run.</exception>
    public InRun Run => _run.Value;

    /// <summary>The board, spoken to with the run's token.</summary>
    public BoardClient RunBoard => _runBoard.Value;
    public Follow Follow => new(Board, Terminal.Clock, Output.Note);

    /// <summary>What <c>--url</c>, <c>--token</c> and <c>--context</c> said, for commands that make connections rather than use them.</summary>
    public (string? Url, string? Token, string? Context) Given => (Get(_globals.Url), Get(_globals.Token), Get(_globals.Context));

    /// <summary>Words that belong to no option or argument; only of commands that allow them.</summary>
    public IReadOnlyList<string> Rest => _parsed.UnmatchedTokens;

    public T? Get<T>(Option<T> option) => _parsed.GetValue(option);

    public T Get<T>(Argument<T> argument) => _parsed.GetValue(argument)!;

    /// <summary>Does one thing to each key in turn and prints each answer; the first refusal ends it.</summary>
    public async Task<int> EachAsync<T>(IEnumerable<string> keys, Func<string, Task<T>> act, Columns<T> columns, Func<T, string> sentence)
    {
        var all = keys.ToList();
        if (all.Count == 1 || Output.Format != Format.Json)
        {
            foreach (var key in all)
                Output.One(await act(key), columns, sentence);
            return ExitCode.Ok;
        }

        var items = new List<T>();
        foreach (var key in all)
            items.Add(await act(key));
        Output.List<T>(items, columns, "");
        return ExitCode.Ok;
    }

    public void Dispose()
    {
        if (_board.IsValueCreated)
            _board.Value.Dispose();
        if (_runBoard.IsValueCreated)
            _runBoard.Value.Dispose();
    }

    private Format ChosenFormat()
    {
        if (Get(_globals.Format) is { } asked)
            return asked;
        if (Terminal.Environment("KANBAN_OUTPUT") is { } word)
            return Words.Parse<Format>(word) ?? throw new UsageException(Options.NotAmong<Format>("KANBAN_OUTPUT", word));
        return Terminal.OutIsTerminal ? Format.Table : Format.Tsv;
    }
}

using System.CommandLine;
using System.CommandLine.Invocation;
using System.Net;
using System.Reflection;
using System.Runtime.InteropServices;
using Kanban.Bus.Cli.Client;
using Kanban.Bus.Cli.Inside;

namespace Kanban.Bus.Cli;

/// <summary>The command line: its tree, its exit codes, and how a failure is told.</summary>
internal sealed class App(Terminal terminal)
{
    private readonly Globals _globals = new();

    public static string Version { get; } =
        typeof(App).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    /// <summary>A word that begins with @ is that word, as in <c>--cron @daily</c>, and no file of further options.</summary>
    private static readonly ParserConfiguration AsTyped = new() { ResponseFileTokenReplacer = null };

    public Terminal Terminal => terminal;

    public async Task<int> RunAsync(string[] args, CancellationToken ct = default)
    {
        var root = CommandTree.Build(this, _globals);
        var parsed = root.Parse(args.Length == 0 ? ["--help"] : args, AsTyped);
        var configuration = new InvocationConfiguration
        {
            Output = terminal.Out,
            Error = terminal.Error,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null,
        };
        try
        {
            return parsed.Action is ParseErrorAction ? Refused(parsed) : await parsed.InvokeAsync(configuration, ct);
        }
        catch (IOException e) when (IsClosedPipe(e))
        {
            // Of what the library prints itself: --help, --version.
            return ExitCode.PipeClosed;
        }
    }

    /// <summary>EPIPE: the reader of our output has gone, so nobody is there to be told.</summary>
    private static bool IsClosedPipe(IOException e) => e.HResult == 32 || e.InnerException is System.Net.Sockets.SocketException { NativeErrorCode: 32 };

    /// <summary>Gives a command its work. Ctrl-C, TERM and every expected failure end in an exit code and one sentence.</summary>
    public Command On(Command command, Func<Call, CancellationToken, Task<int>> work)
    {
        command.SetAction(async (parsed, ct) =>
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
            var signal = ExitCode.Interrupted;
            using var interrupt = Stop(PosixSignal.SIGINT, ExitCode.Interrupted);
            using var terminate = Stop(PosixSignal.SIGTERM, ExitCode.Terminated);
            using var call = new Call(parsed, _globals, terminal);
            return await TellAsync(() => work(call, stop.Token), () => stop.IsCancellationRequested ? signal : null);

            PosixSignalRegistration Stop(PosixSignal which, int code) => PosixSignalRegistration.Create(which, context =>
            {
                context.Cancel = true;
                signal = code;
                stop.Cancel();
            });
        });
        return command;
    }

    /// <summary>As <see cref="On"/>, for a service: it has its own way to stop, and comes to rest with 0.</summary>
    public Command OnService(Command command, Func<Call, CancellationToken, Task<int>> work)
    {
        command.SetAction(async (parsed, ct) =>
        {
            using var call = new Call(parsed, _globals, terminal);
            return await TellAsync(() => work(call, ct), () => ct.IsCancellationRequested ? ExitCode.Ok : null);
        });
        return command;
    }

    private async Task<int> TellAsync(Func<Task<int>> work, Func<int?> stopped)
    {
        try
        {
            return await work();
        }
        catch (OperationCanceledException) when (stopped() is { } code)
        {
            return code;
        }
        catch (UsageException e)
        {
            return Tell(e.Message, ExitCode.Usage);
        }
        catch (ServiceException e)
        {
            return Tell(e.Message, ExitCode.Failed);
        }
        catch (AlreadyEndedException e)
        {
            return Tell(e.Message, ExitCode.Conflict);
        }
        catch (BoardUnreachableException e)
        {
            return Tell(e.Message, ExitCode.Unreachable);
        }
        catch (BoardRefusalException e)
        {
            return Tell(e);
        }
        catch (IOException e) when (IsClosedPipe(e))
        {
            return ExitCode.PipeClosed;
        }
    }

    private int Tell(BoardRefusalException refusal)
    {
        var code = refusal.Status switch
        {
            HttpStatusCode.NotFound => ExitCode.NotFound,
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => ExitCode.AuthNeeded,
            HttpStatusCode.Conflict or HttpStatusCode.PreconditionFailed or HttpStatusCode.UnprocessableEntity => ExitCode.Conflict,
            _ => ExitCode.Failed,
        };
        Tell(refusal.Message, code);
        foreach (var detail in refusal.Details.Where(detail => !detail.EndsWith(refusal.Message, StringComparison.Ordinal)))
            terminal.Error.WriteLine("  " + Printing.Output.Plain(detail));
        if (refusal.Status == HttpStatusCode.Unauthorized)
            terminal.Error.WriteLine("  'kanban login' keeps a key for this board; or set KANBAN_TOKEN.");
        return code;
    }

    private int Tell(string sentence, int code)
    {
        var lines = sentence.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        for (var i = 0; i < lines.Length; i++)
            terminal.Error.WriteLine((i == 0 ? "kanban: " : "  ") + Printing.Output.Plain(lines[i]));
        return code;
    }

    /// <summary>A command line that can't be understood: why, the nearest word, and where to read on. Exit code 2, where the library has 1.</summary>
    private int Refused(ParseResult parsed)
    {
        var path = Mistakes.PathOf(parsed.CommandResult);
        return Tell($"{Mistakes.Say(parsed, path)}\n'{path} --help' says how it is used.", ExitCode.Usage);
    }
}

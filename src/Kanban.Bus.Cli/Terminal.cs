using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Kanban.Bus.Cli;

/// <summary>All that a command touches of its surroundings, so that a test can stand in for them.</summary>
internal sealed class Terminal
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    public Terminal(Stream output, Stream errors, Stream input)
    {
        OutBytes = output;
        ErrorBytes = errors;
        InBytes = input;
        In = new StreamReader(input, Utf8);
        Out = new StreamWriter(output, Utf8) { AutoFlush = true, NewLine = "\n" };
        Error = new StreamWriter(errors, Utf8) { AutoFlush = true, NewLine = "\n" };
    }

    /// <summary>Standard output for what must pass byte by byte; <see cref="Out"/> writes to the same stream.</summary>
    public Stream OutBytes { get; }

    public Stream ErrorBytes { get; }
    /// <summary>Standard input for a protocol; who reads it leaves <see cref="In"/> alone.</summary>
    public Stream InBytes { get; }

    public TextReader In { get; }
    public TextWriter Out { get; }
    public TextWriter Error { get; }
    public required bool OutIsTerminal { get; init; }
    public required bool InIsTerminal { get; init; }

    /// <summary>Columns that a table may fill.</summary>
    public int Width { get; init; } = 160;

    /// <summary>An environment variable's value; null when unset or empty.</summary>
    public required Func<string, string?> Environment { get; init; }

    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Whether colour and cursor moves are welcome (https://no-color.org).</summary>
    public bool Colour => OutIsTerminal && Environment("NO_COLOR") is null && Environment("TERM") != "dumb";

    public static Terminal OfProcess() =>
        new(StandardOutput(), Console.OpenStandardError(), Console.OpenStandardInput())
        {
            OutIsTerminal = !Console.IsOutputRedirected,
            InIsTerminal = !Console.IsInputRedirected,
            Width = Console.IsOutputRedirected ? 160 : Math.Max(40, Console.WindowWidth),
            Environment = name => System.Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null,
        };

    /// <summary>The console's own stream hides a closed pipe, so that <c>kanban task logs -f | head</c> would run on; a plain one throws.</summary>
    private static Stream StandardOutput()
    {
        if (OperatingSystem.IsWindows() || !Console.IsOutputRedirected)
            return Console.OpenStandardOutput();
        // Not for files: a seekable stream keeps its own position, and 2>&1 would write over it.
        var plain = new FileStream(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write, bufferSize: 0);
        return plain.CanSeek ? Console.OpenStandardOutput() : plain;
    }
}

using System.CommandLine;
using Kanban.Bus.Cli.Printing;

namespace Kanban.Bus.Cli;

/// <summary>Options that every command takes.</summary>
internal sealed class Globals
{
    public Option<string?> Url { get; } = new("--url")
    {
        Description = "The board's address [KANBAN_URL, then the context, then http://127.0.0.1:5080]",
        HelpName = "URL",
        Recursive = true,
    };

    public Option<string?> Token { get; } = new("--token")
    {
        Description = "Key to the board [KANBAN_TOKEN, then the context]; others can see a command line, so prefer 'kanban login'",
        HelpName = "TOKEN",
        Recursive = true,
    };

    public Option<string?> Context { get; } = new("--context")
    {
        Description = "Which board of the context file [KANBAN_CONTEXT]",
        HelpName = "NAME",
        Recursive = true,
    };

    public Option<Format?> Format { get; } = Options.Word<Format>("--output", "table on a terminal, else tsv [KANBAN_OUTPUT]", "-o", recursive: true);

    public Option<bool> Headers { get; } = new("--headers") { Description = "tsv with a first line of column names", Recursive = true };

    public IEnumerable<Option> All => [Url, Token, Context, Format, Headers];
}

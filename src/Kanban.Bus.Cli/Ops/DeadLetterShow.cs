using System.CommandLine;
using System.Text;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Cli.Ops;

/// <summary><c>kanban ops dlq show ID</c></summary>
internal static class DeadLetterShow
{
    public static Command Build(App app)
    {
        var id = Options.Ids("A dead letter, as 'kanban ops dlq list' names it", ArgumentArity.ExactlyOne);
        return app.On(new Command("show", "Show a dead letter with its message") { id }, async (call, ct) =>
        {
            var letter = await call.Board.DeadLetterAsync(call.Get(id)[0], ct);
            call.Output.Fields(letter, $"{letter.Id}",
            [
                ("id", $"{letter.Id}"),
                ("queue", letter.Queue),
                ("reason", letter.Reason),
                ("from", letter.From),
                ("at", Times.Iso(letter.At)),
                ("content type", letter.ContentType),
                ("bytes", letter.Bytes > letter.Body!.Length ? $"{letter.Bytes}, of which {letter.Body.Length} were kept" : $"{letter.Bytes}"),
                Message(letter),
            ]);
            return ExitCode.Ok;
        });
    }

    /// <summary>As text where it is UTF-8, else in base64.</summary>
    private static (string Name, string Text) Message(DeadLetterView letter)
    {
        try
        {
            return ("message", new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(letter.Body!));
        }
        catch (DecoderFallbackException)
        {
            return ("base64", Convert.ToBase64String(letter.Body!));
        }
    }
}

using System.CommandLine;
using System.Net;
using Kanban.Bus.Cli.Client;

namespace Kanban.Bus.Cli.Ops;

/// <summary>A command on dead letters that are named, or on all there are.</summary>
internal static class DeadLetterChoice
{
    public static Command Build(App app, string verb, string description, Func<Call, Guid, CancellationToken, Task> act, string done)
    {
        var ids = Options.Ids("Dead letters, as 'kanban ops dlq list' names them", ArgumentArity.ZeroOrMore);
        var all = new Option<bool>("--all") { Description = "Every one there is now" };
        return app.On(new Command(verb, description) { ids, all }, async (call, ct) =>
        {
            var named = call.Get(ids);
            if (named.Length > 0 == call.Get(all))
                throw new UsageException($"'kanban ops dlq {verb}' takes ids, or --all.");
            if (named.Length > 0)
            {
                foreach (var id in named)
                    await OneAsync(call, id, ct);
                return ExitCode.Ok;
            }

            // One that can't be acted on holds up none of the others.
            var refused = false;
            foreach (var letter in await call.Board.DeadLettersAsync(ct))
            {
                try
                {
                    await OneAsync(call, letter.Id, ct);
                }
                catch (BoardRefusalException e) when (e.Status is HttpStatusCode.Conflict or HttpStatusCode.NotFound)
                {
                    refused = true;
                    call.Output.Note($"Dead letter {letter.Id} stays: {e.Message}");
                }
            }
            return refused ? ExitCode.Conflict : ExitCode.Ok;
        });

        async Task OneAsync(Call call, Guid id, CancellationToken ct)
        {
            await act(call, id, ct);
            call.Output.Note($"Dead letter {id} {done}.");
        }
    }
}

using System.CommandLine;
using Kanban.Bus.Cli.Tasks;

namespace Kanban.Bus.Cli.Inside;

/// <summary><c>kanban show</c>, <c>comment</c>, <c>heartbeat</c>, <c>inbox</c>, <c>link</c>: how a run and the board talk.</summary>
internal static class RunTalk
{
    public static Command BuildShow(App app)
    {
        var key = new Argument<string?>("KEY") { Description = "A child of the run's task; its own task unless told", Arity = ArgumentArity.ZeroOrOne };
        return app.On(new Command("show", "Inside a run: its task, or a child of it, with all that was said") { key }, async (call, ct) =>
        {
            if (call.Get(key) is null)
                // What is shown has been seen.
                await call.RunBoard.InboxAsync(call.Run, ct);
            TaskShow.Print(call.Output, await call.RunBoard.TaskAsync(call.Run, call.Get(key) ?? call.Run.TaskKey, ct));
            return ExitCode.Ok;
        });
    }

    public static Command BuildComment(App app)
    {
        var text = new Argument<string>("TEXT") { Description = "The remark; - reads it from standard input" };
        var task = Options.Text("--task", "A child of the run's task; its own task unless told", "KEY");
        return app.On(new Command("comment", "Inside a run: put a remark on its task, or on a child of it") { text, task }, async (call, ct) =>
        {
            var words = call.Get(text) is "-" ? await call.Terminal.In.ReadToEndAsync(ct) : call.Get(text);
            var key = call.Get(task) ?? call.Run.TaskKey;
            call.Output.One(await call.RunBoard.CommentAsync(call.Run, key, words, ct), TaskComment.Columns, _ => $"Comment added to {key}.");
            return ExitCode.Ok;
        });
    }

    public static Command BuildInbox(App app)
    {
        var hook = Options.Text("--hook", "Answer as a hook of that agent (claude-code): what happened comes on standard input", "AGENT");
        return app.On(new Command("inbox", "Inside a run: what people said since it last looked; the board notes that it was seen") { hook }, async (call, ct) =>
        {
            if (call.Get(hook) is { } agent)
                return await AgentHook.AnswerAsync(call, agent, ct);
            call.Output.List(await call.RunBoard.InboxAsync(call.Run, ct), TaskComment.Columns, "Nothing new.");
            return ExitCode.Ok;
        });
    }

    public static Command BuildHeartbeat(App app)
    {
        var note = Options.Text("--note", "What it is at, for people", "TEXT", "-n");
        return app.On(new Command("heartbeat", "Inside a run: it is at work, though it writes nothing") { note }, async (call, ct) =>
        {
            // First what works without the board: the worker counts silence by it.
            call.Run.Touch(call.Terminal.Clock);
            var lease = await call.RunBoard.PulseAsync(call.Run, call.Get(note), ct);
            call.Output.One(lease, Guard.Columns, Guard.Sentence);
            return ExitCode.Ok;
        });
    }

    public static Command BuildLink(App app)
    {
        var key = new Argument<string>("KEY") { Description = "A child of the run's task" };
        var parents = Options.Many("--parent", "It waits for this one too, another child; may be given again", "KEY");
        parents.Required = true;
        return app.On(new Command("link", "Inside a run: let a child of its task wait for another child") { key, parents }, async (call, ct) =>
        {
            var given = call.Get(parents)!;
            foreach (var parent in given[..^1])
                await call.RunBoard.LinkAsync(call.Run, call.Get(key), parent, ct);
            call.Output.One(await call.RunBoard.LinkAsync(call.Run, call.Get(key), given[^1], ct), TaskColumns.Of(call.Terminal.Clock), TaskColumns.Sentence);
            return ExitCode.Ok;
        });
    }
}

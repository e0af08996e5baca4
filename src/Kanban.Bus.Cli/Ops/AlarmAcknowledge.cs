using System.CommandLine;

namespace Kanban.Bus.Cli.Ops;

/// <summary><c>kanban ops ack ID…</c></summary>
internal static class AlarmAcknowledge
{
    public static Command Build(App app)
    {
        var ids = Options.Ids("Alarms, as 'kanban ops alarms' names them", ArgumentArity.OneOrMore);
        var reason = Options.Text("--reason", "What you do about it; the list shows it", "TEXT", "-r");
        return app.On(new Command("ack", "Say that you see to an alarm; it clears by itself when its cause is gone") { ids, reason }, async (call, ct) =>
        {
            foreach (var id in call.Get(ids) ?? [])
                call.Output.One(await call.Board.AcknowledgeAlarmAsync(id, call.Get(reason), ct), AlarmColumns.Of(call.Terminal.Clock), AlarmColumns.Sentence);
            return ExitCode.Ok;
        });
    }
}

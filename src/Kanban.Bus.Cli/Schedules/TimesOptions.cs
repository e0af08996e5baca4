using System.CommandLine;
using System.Text.Json.Nodes;
using Kanban.Bus.Contracts;

namespace Kanban.Bus.Cli.Schedules;

/// <summary>When a schedule makes tasks, and what it does when it can't: the options that <c>schedule create</c> and <c>schedule set</c> share.</summary>
internal sealed class TimesOptions
{
    private readonly Option<string?> _zone = Options.Text("--zone", "Time zone of its times, as in Europe/Berlin; UTC unless told", "ZONE");
    private readonly Option<Overlap?> _overlap = Options.Word<Overlap>("--overlap", "When its last task has not ended; skip unless told");
    private readonly Option<CatchUp?> _catchUp = Options.Word<CatchUp>("--catch-up", "For times that passed while no board was there; last unless told");
    private readonly Option<int?> _limit = Options.Number("--catch-up-limit", "Most tasks that '--catch-up all' makes at once; 10 unless told");
    private readonly Option<Clearable?> _due = Options.LengthOrNone("--due-in", "Its tasks are due so long after their time");
    private readonly Option<string?> _note = Options.Text("--note", "For people", "TEXT");

    public Option<string?> Cron { get; } = Options.Text(
        "--cron", "Its times: minute, hour, day of month, month, day of week ('0 3 * * mon-fri'), with seconds before them if need be, or @hourly, @daily, @weekly, @monthly", "CRON");

    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { Cron, _zone, _overlap, _catchUp, _limit, _due, _note })
            command.Options.Add(option);
    }

    public void Put(Call call, JsonObject schedule)
    {
        schedule.Put("cron", call.Get(Cron));
        schedule.Put("timeZone", call.Get(_zone));
        schedule.Put("overlap", call.Get(_overlap) is { } overlap ? Words.Of(overlap) : null);
        schedule.Put("catchUp", call.Get(_catchUp) is { } catchUp ? Words.Of(catchUp) : null);
        schedule.Put("catchUpLimit", call.Get(_limit));
        schedule.Put("dueSeconds", call.Get(_due));
        schedule.Put("note", call.Get(_note));
    }
}
